using System.Net;
using System.Text.Json;
using InferenceTracing.TestBed;

namespace InferenceTracing.Ensemble.Tests.Voting;

/// <summary>Votes are about classes, which have numbers only: what they are called is known for each vote, also while members are replaced.</summary>
public sealed class ClassLabelsTests
{
    [Fact]
    public async Task Infer_MembersOfDifferentClasses_AreNotMixedAndEverybodyIsTold()
    {
        await using var left = await MemberServer.StartAsync("left");
        await using var right = await MemberServer.StartAsync("right", labels: MemberServer.OtherLabels);
        await using var ensemble = await EnsembleUnderTest.StartAsync([("left", left.Address), ("right", right.Address)], ready: 1);
        const string Difference = "class 0 is 'thing 999, of the kind 999', not 'thing 0, of the kind 0'";

        // Until both are known either may be the one that is counted.
        var answer = await Patience.UntilAsync(() => ensemble.AskAsync(), answer => answer.Status == HttpStatusCode.OK && answer.Members[0].Error is null);

        Assert.True(answer.Degraded);
        Assert.Equal("thing 7", answer.Members[0].Votes[0].Label);
        Assert.Contains("other classes", answer.Members[1].Error, StringComparison.Ordinal);
        Assert.Equal(0.9f, answer.Rows[0][7], 5);
        Assert.Equal(MemberServer.Labels.Sha256, answer.Parameters.GetProperty("labels_sha256").GetString());
        Assert.Contains(Difference, await ReportAsync(ensemble), StringComparison.Ordinal);
        await Patience.UntilAsync(
            () => Task.FromResult(ensemble.Service.Output.Count(line => line.Contains("is not ready: its votes are not counted", StringComparison.Ordinal))),
            lines => lines == 1);
    }

    [Fact]
    public async Task Infer_MembersOfDifferentClasses_TheHeavierPartVotes()
    {
        await using var left = await MemberServer.StartAsync("left");
        await using var right = await MemberServer.StartAsync("right", labels: MemberServer.OtherLabels);
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("left", left.Address), ("right", right.Address)], ready: 1, ("Ensemble:Members:right:Weight", "2"));

        var answer = await Patience.UntilAsync(() => ensemble.AskAsync(), answer => answer.Status == HttpStatusCode.OK && answer.Members[1].Error is null);

        Assert.Contains("other classes", answer.Members[0].Error, StringComparison.Ordinal);
        Assert.Equal("thing 992", answer.Members[1].Votes[0].Label);
    }

    [Fact]
    public async Task Infer_MemberReplacedByAnotherVersion_NoVoteIsUnderTheOldNames()
    {
        var before = await MemberServer.StartAsync("only", untrained: true);
        await using var ensemble = await EnsembleUnderTest.StartAsync([("only", before.Address)]);
        var first = await ensemble.AskAsync();
        Assert.Equal(("thing 7", true), (first.Members[0].Votes[0].Label, first.Parameters.GetProperty("untrained").GetBoolean()));

        var port = before.Address.Port;
        await before.DisposeAsync();
        await using var after = await MemberServer.StartAsync("only", port: port, labels: MemberServer.OtherLabels);

        var answer = await Patience.UntilAsync(() => ensemble.AskAsync(), answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(("thing 992", false), (answer.Members[0].Votes[0].Label, answer.Parameters.GetProperty("untrained").GetBoolean()));
        var metadata = JsonSerializer.Deserialize<JsonElement>(await ensemble.Client.GetStringAsync("/v2/models/ensemble"));
        Assert.Equal("thing 999, of the kind 999", metadata.GetProperty("outputs")[0].GetProperty("labels")[0].GetString());
        Assert.False(metadata.GetProperty("parameters").TryGetProperty("untrained", out _));
    }

    private static async Task<string> ReportAsync(EnsembleUnderTest ensemble)
    {
        using var answer = await ensemble.Client.GetAsync("/health/ready");
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync())
            .RootElement.GetProperty("checks").GetProperty("quorum").GetProperty("description").GetString()!;
    }
}
