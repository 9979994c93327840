using System.Diagnostics;
using System.Net;

namespace InferenceTracing.Ensemble.Tests;

public sealed class VoteTests : IClassFixture<TwoMembers>
{
    private readonly TwoMembers _vote;

    public VoteTests(TwoMembers vote) => _vote = vote.Fresh();

    [Fact]
    public async Task Infer_MembersDisagree_AnswersTheMean()
    {
        (_vote.Left.Choice, _vote.Right.Choice) = (3, 5);

        var answer = await _vote.Ensemble.AskAsync();

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var row = Assert.Single(answer.Rows);
        Assert.Equal(0.45f, row[3], 5);
        Assert.Equal(0.45f, row[5], 5);
        Assert.Equal(0.1f, row[0], 5);
    }

    [Theory]
    [InlineData(null, "")]
    [InlineData("u=7", "u=7")]
    public async Task Infer_InTheBackground_AsksItsMembersInTheBackground(string? priority, string asked)
    {
        var answer = await _vote.Ensemble.AskAsync(priority: priority);

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.Equal([asked, asked], ((MemberServer[])[_vote.Left, _vote.Right]).Select(member => member.Asked["priority"].ToString()));
    }

    [Fact]
    public async Task Infer_SeveralImages_AnswersEach()
    {
        var answer = await _vote.Ensemble.AskAsync([0, 10, 20]);

        Assert.Equal([7, 17, 27], answer.Rows.Select(row => Array.IndexOf(row, row.Max())));
        Assert.Equal([7, 17, 27], answer.Members[0].Votes.Select(vote => vote.Class));
    }

    [Fact]
    public async Task Infer_AllVoted_ReportsEveryVote()
    {
        (_vote.Left.Choice, _vote.Right.Choice) = (3, 5);

        var answer = await _vote.Ensemble.AskAsync();

        Assert.False(answer.Degraded);
        Assert.Equal(["left", "right"], answer.Members.Select(member => member.Name));
        Assert.All(answer.Members, member => Assert.Equal(("7", "int8"), (member.Version, member.Precision)));
        Assert.All(answer.Members, member => Assert.Equal((1.5, 2.5), (member.QueueMs, member.RunMs)));
        Assert.Equal(["thing 3", "thing 5"], answer.Members.Select(member => member.Votes[0].Label));
        Assert.All(answer.Members, member => Assert.Equal((5, member.Votes[0]), (member.Top.Count, member.Top[0])));
    }

    [Fact]
    public async Task Infer_AllVoted_SpansFormTheTree()
    {
        var answer = await _vote.Ensemble.AskAsync();

        var trace = await _vote.Ensemble.Collector.TraceAsync(answer.TraceId, spans => spans.Count == 4);
        var server = Assert.Single(trace, span => span.Kind == ActivityKind.Server);
        Assert.Equal("POST /v2/models/{model}/infer", server.Name);
        Assert.Equal("false", server["inference.ensemble.degraded"]);
        Assert.All(trace.Where(span => span != server), span => Assert.Equal(server.Id, span.ParentId));
        Assert.Equal(["POST /v2/models/{model}/infer", "POST /v2/models/{model}/infer", "ensemble.combine"], trace.Where(span => span != server).Select(span => span.Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Infer_AllVoted_MembersAreAskedInTheirClientSpans()
    {
        var answer = await _vote.Ensemble.AskAsync();

        var trace = await _vote.Ensemble.Collector.TraceAsync(answer.TraceId, spans => spans.Count == 4);
        var clients = trace.Where(span => span.Kind == ActivityKind.Client).Select(span => $"00-{answer.TraceId}-{span.Id}-01");
        var asked = new[] { _vote.Left, _vote.Right }.Select(member => member.Asked["traceparent"].ToString());
        Assert.Equal(clients.Order(StringComparer.Ordinal), asked.Order(StringComparer.Ordinal));
        Assert.Equal(["left", "right"], trace.Where(span => span.Kind == ActivityKind.Client).Select(span => span["inference.model.name"]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Infer_AllVoted_CombineSaysWhatWon()
    {
        var answer = await _vote.Ensemble.AskAsync();

        var combine = await _vote.Ensemble.Collector.SpanAsync(answer.TraceId, span => span.Name == "ensemble.combine");
        Assert.Equal("thing 7", combine["inference.top.label"]);
        Assert.Equal("0.9", combine["inference.top.probability"]);
    }

    [Fact]
    public async Task Infer_BudgetGiven_MembersGetItLessTheReserve()
    {
        await _vote.Ensemble.AskAsync(timeoutMs: "8000");

        Assert.All([_vote.Left, _vote.Right], member =>
            Assert.InRange(int.Parse(member.Asked["x-request-timeout-ms"]!, null), 1, 8000 - 100));
    }

    [Fact]
    public async Task Infer_CallerGone_MembersAreGivenUp()
    {
        await using var right = await MemberServer.StartAsync("right");
        await using var ensemble = await EnsembleUnderTest.StartAsync([("left", _vote.Left.Address), ("right", right.Address)]);
        right.Instead = gone => Task.Delay(Timeout.Infinite, gone);
        using var caller = new CancellationTokenSource();
        var question = ensemble.AskAsync(cancellationToken: caller.Token);
        await right.WasAsked;

        await caller.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => question);
        await right.WasGivenUp.WaitAsync(TestBed.Patience.Span);
    }

    [Fact]
    public async Task Infer_Weights_CountInTheAnswer()
    {
        (_vote.Left.Choice, _vote.Right.Choice) = (3, 5);
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("left", _vote.Left.Address), ("right", _vote.Right.Address)], null, ("Ensemble:Members:left:Weight", "2"));

        var answer = await ensemble.AskAsync();

        Assert.Equal(0.6f, answer.Rows[0][3], 5);
        Assert.Equal(0.3f, answer.Rows[0][5], 5);
    }

    [Fact]
    public async Task Infer_MemberIsAnEnsemble_OneTraceThroughAllThree()
    {
        await using var upper = await EnsembleUnderTest.StartAsync(
            [("ensemble", _vote.Ensemble.Service.Address)],
            null,
            ("OTEL_EXPORTER_OTLP_ENDPOINT", _vote.Ensemble.Collector.Http.ToString()),
            ("OTEL_SERVICE_NAME", "upper"));

        var answer = await upper.AskAsync();

        var trace = await _vote.Ensemble.Collector.TraceAsync(answer.TraceId, spans => spans.Count == 7);
        var lower = Assert.Single(trace, span => span.Kind == ActivityKind.Server && span.Resource["service.name"] == "ensemble");
        var client = Assert.Single(trace, span => span.Id == lower.ParentId);
        Assert.Equal(("upper", ActivityKind.Client), (client.Resource["service.name"], client.Kind));
    }
}
