using InferenceTracing.ModelRepository;
using InferenceTracing.Runner;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>A third model, from its entry in the list to its vote and its spans in the trace.</summary>
public sealed class ThirdModelTests(ThirdModelSystem system) : IClassFixture<ThirdModelSystem>
{
    [Fact]
    public async Task Classify_WithAThirdMember_HasItsVoteAndItsSpans()
    {
        Assert.SkipUnless(system.Members.Count == 3, "No repository on this machine has a third model.");

        var answer = await system.Edge.PostAsync(Upload.Drawn);

        var spans = await system.WaitForCompleteTraceAsync(answer.TraceId);
        Assert.Empty(system.Shape.Problems(spans));
        Assert.Equal(system.Members.Order(), answer.Body.GetProperty("votes").EnumerateArray().Select(vote => vote.GetProperty("model").GetString()).Order());
        Assert.False(answer.Body.GetProperty("degraded").GetBoolean());
        Assert.All(system.Members, member => Assert.Contains(spans, span => span.Service == member && span.Name == "inference.run"));
    }
}

/// <summary>A system with one voter more than the list has, where a repository here has one.</summary>
public sealed class ThirdModelSystem : RunningSystem
{
    private protected override ModelChoice ChooseModels()
    {
        var usual = ModelChoice.Find();
        var repositories = ModelSearchPath.Default(Environment.GetEnvironmentVariable("MODEL_REPOSITORY"));
        var third = KnownModel.All.Select(model => model.Name).Except(usual.Names).Where(name => repositories.Find(name) is not null).Take(1);

        return new ModelChoice([.. usual.Names, .. third]);
    }
}
