using InferenceTracing.LoadGenerator.Report;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Tests.Engines;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.LoadGenerator.Tests.Report;

/// <summary>Green only when all is well.</summary>
public sealed class VerdictTests
{
    private const string Degraded = """{"votes":[{"model":"efficientnetb0","label":"cat","error":null},{"model":"mobilenetv2","label":null,"error":"late"}],"degraded":true}""";

    [Fact]
    public async Task Run_AllAnswered_IsGood()
    {
        await using var edge = await StubEdge.StartAsync();

        var run = await Session.RunAsync(Short(edge) with { Require = ["errors<1%"] });

        Assert.SkipWhen(run.Report!.Verdict.Remarks.Any(IsOfTheMachine), "The machine was too busy for a load of ten requests to be all well.");
        Assert.Equal((VerdictState.Good, "All requirements met"), (run.Report.Verdict.State, run.Report.Verdict.Text));
        Assert.Empty(run.Report.Verdict.Remarks);
        Assert.Contains("✔ All requirements met", run.Output, StringComparison.Ordinal);
    }

    /// <summary>510 of 796 answers lacked a member's vote once, and the report was green.</summary>
    [Fact]
    public async Task Run_AnswersWithoutAVote_IsNotGoodAndNamesTheMemberAndWhy()
    {
        // The look whether anybody is there is number 0.
        await using var edge = await StubEdge.StartAsync((number, context) => context.Response.WriteAsync(number is 0 or > 4 ? "{}" : Degraded));

        var run = await Session.RunAsync(Short(edge) with { Require = ["errors<1%"] });

        Assert.Equal(0, run.ExitCode);
        Assert.Equal(VerdictState.Remarkable, run.Report!.Verdict.State);
        Assert.Equal("4 of 10 answers lack a member's vote: mobilenetv2 late 4", Assert.Single(OfTheSystem(run.Report)));
        Assert.Equal((4, 0.4), (run.Report.Totals.Degraded, run.Report.Totals.DegradedShare));
        Assert.Equal(4, run.Report.LeftOut["mobilenetv2 late"]);
        Assert.Equal(4, run.Report.Slices.Sum(slice => slice.Degraded), 3);
        Assert.Contains("answered without mobilenetv2 late", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_ADegradedAnswerThatNamesNobody_IsStillCounted()
    {
        await using var edge = await StubEdge.StartAsync((_, context) => context.Response.WriteAsync("""{"degraded":true}"""));

        var run = await Session.RunAsync(Short(edge));

        Assert.Equal("a member that the answer does not name", Assert.Single(run.Report!.LeftOut).Key);
    }

    [Theory]
    [InlineData("confident", 0)]
    [InlineData("edge_only", 0)]
    [InlineData("cluster_unreachable", 1)]
    public async Task Run_AnsweredAtTheEdge_IsCountedAndRemarkableOnlyInTheClustersPlace(string why, int remarks)
    {
        await using var edge = await StubEdge.StartAsync((number, context) =>
            context.Response.WriteAsync(number is 0 or > 4 ? "{}" : $$"""{"decidedBy":"edge","why":"{{why}}","votes":[],"degraded":false}"""));

        var run = await Session.RunAsync(Short(edge));

        Assert.Equal(4, run.Report!.ByTheEdge[why]);
        Assert.Contains($"answered by the edge: {why}", run.Output, StringComparison.Ordinal);
        Assert.Equal(remarks, OfTheSystem(run.Report).Count(remark => remark == $"4 of 10 answers are the edge's in the cluster's place: {why} 4"));
        Assert.Equal(remarks, OfTheSystem(run.Report).Count());
    }

    [Fact]
    public async Task Run_SomeFail_IsNotGoodAndSaysWhatFailed()
    {
        await using var edge = await StubEdge.StartAsync((number, context) => Answer(context, number is 2 or 3 ? 503 : 200));

        var run = await Session.RunAsync(Short(edge));

        Assert.Equal((0, VerdictState.Remarkable), (run.ExitCode, run.Report!.Verdict.State));
        Assert.Equal("2 of 10 requests failed: 503 too_busy 2", Assert.Single(OfTheSystem(run.Report)));
    }

    [Fact]
    public async Task Run_NothingAnswered_IsBadWithoutAnyRequirement()
    {
        await using var edge = await StubEdge.StartAsync((number, context) => Answer(context, number == 0 ? 200 : 503));

        var run = await Session.RunAsync(Short(edge));

        Assert.Equal((1, VerdictState.Bad), (run.ExitCode, run.Report!.Verdict.State));
        Assert.Contains("nothing was answered", run.Report.Verdict.Remarks);
    }

    [Fact]
    public async Task Run_RequirementMissed_IsBadAndSaysWhich()
    {
        await using var edge = await StubEdge.StartAsync();

        var run = await Session.RunAsync(Short(edge) with { Require = ["rate>1000000", "errors<1%"] });

        Assert.Equal((VerdictState.Bad, "1 of 2 requirements missed"), (run.Report!.Verdict.State, run.Report.Verdict.Text));
        Assert.StartsWith("rate>1000000 is missed: ", Assert.Single(OfTheSystem(run.Report)), StringComparison.Ordinal);
    }

    /// <summary>That the generator was late is a matter of the machine that tests.</summary>
    private static bool IsOfTheMachine(string remark) => remark.StartsWith("the generator itself was late", StringComparison.Ordinal);

    private static IEnumerable<string> OfTheSystem(LoadReport report) => report.Verdict.Remarks.Where(remark => !IsOfTheMachine(remark));

    private static Task Answer(HttpContext context, int status)
    {
        context.Response.StatusCode = status;
        return context.Response.WriteAsync("""{"reason":"too_busy"}""");
    }

    private static ScenarioSettings Short(StubEdge edge) => new() { Urls = [edge.Url], Clients = 1, Requests = 10, WarmUp = "0s", CheckTraces = "0" };
}
