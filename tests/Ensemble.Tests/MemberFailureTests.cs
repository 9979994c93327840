using System.Diagnostics;
using System.Net;
using InferenceTracing.OpenInference;
using InferenceTracing.TestBed;
using InferenceTracing.TestBed.Traces;

namespace InferenceTracing.Ensemble.Tests;

/// <summary>A member that fails costs its vote; too many cost the answer.</summary>
public sealed class MemberFailureTests : IClassFixture<TwoMembers>
{
    private readonly TwoMembers _vote;

    public MemberFailureTests(TwoMembers vote) => _vote = vote.Fresh();

    [Fact]
    public async Task Member_Refuses_AnswerIsDegradedAndSaysWhy()
    {
        _vote.Right.Instead = _ => throw new InferenceException(503, "queue_full", "The queue is full.");

        var answer = await _vote.Ensemble.AskAsync();

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Degraded);
        Assert.Equal("The queue is full.", answer.Members[1].Error);
        Assert.Empty(answer.Members[1].Votes);
        Assert.Equal(0.9f, answer.Rows[0][7], 5);
    }

    /// <summary>Every answer and its span say that they are degraded; the log says when it began and when it was over.</summary>
    [Fact]
    public async Task Member_RefusesForAWhile_IsOneLineWhenItBeginsAndOneWhenItEnds()
    {
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("left", _vote.Left.Address), ("right", _vote.Right.Address)], null, ("OTEL_LOGS_EXPORTER", "otlp"));
        _vote.Right.Instead = _ => throw new InferenceException(503, "queue_full", "The queue is full.");

        for (var i = 0; i < 5; i++)
        {
            Assert.True((await ensemble.AskAsync()).Degraded);
        }

        _vote.Right.Instead = null;
        Assert.False((await ensemble.AskAsync()).Degraded);
        Assert.False((await ensemble.AskAsync()).Degraded);
        await ensemble.Service.StopAsync();

        Assert.Equal(
            ["Answers lack a vote from now on: right: The queue is full.", "Answers have every member's vote again"],
            ensemble.Collector.Logs.Select(log => log.Text).Where(text => text.StartsWith("Answers ", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Member_Refuses_ItsClientSpanFailsAndTheServerSpanDoesNot()
    {
        _vote.Right.Instead = _ => throw new InferenceException(503, "queue_full", "The queue is full.");

        var (server, clients) = await SpansAsync((await _vote.Ensemble.AskAsync()).TraceId);

        Assert.Equal(ActivityStatusCode.Unset, server.Status);
        Assert.Equal("true", server["inference.ensemble.degraded"]);
        Assert.Equal("503", Assert.Single(clients, span => span.Status == ActivityStatusCode.Error)["error.type"]);
    }

    [Fact]
    public async Task Member_SlowerThanTheDeadline_CostsItsVoteOnly()
    {
        _vote.Right.Instead = late => Task.Delay(Timeout.Infinite, late);

        var answer = await _vote.Ensemble.AskAsync(timeoutMs: "3000");

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Degraded);
        Assert.Contains("deadline", answer.Members[1].Error, StringComparison.Ordinal);
        var (server, clients) = await SpansAsync(answer.TraceId);
        Assert.Equal(ActivityStatusCode.Unset, server.Status);
        Assert.Single(clients, span => span.Status == ActivityStatusCode.Error);
    }

    [Theory]
    [InlineData("this is no answer")]
    [InlineData("{}")]
    [InlineData("""{"model_name":"right","outputs":[{"name":"probabilities","datatype":"FP32","shape":[1,2],"data":[0.5,0.5]}]}""")]
    public async Task Member_AnswersRubbish_CostsItsVoteOnly(string rubbish)
    {
        _vote.Right.Rubbish = rubbish;

        var answer = await _vote.Ensemble.AskAsync();

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Degraded);
        Assert.StartsWith("right: ", answer.Members[1].Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Member_Down_CostsItsVoteOnly()
    {
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("left", _vote.Left.Address), ("gone", await LocalServer.NowhereAsync())], ready: 1);

        var answer = await ensemble.AskAsync();

        Assert.Equal(HttpStatusCode.OK, answer.Status);
        Assert.True(answer.Degraded);
        Assert.Equal("gone cannot be reached.", answer.Members.Single(member => member.Name == "gone").Error);
        var server = await ensemble.Collector.SpanAsync(answer.TraceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal(ActivityStatusCode.Unset, server.Status);
        var lost = await ensemble.Collector.SpanAsync(answer.TraceId, span => span is { Kind: ActivityKind.Client, Status: ActivityStatusCode.Error });
        Assert.Equal("connection_error", lost["error.type"]);
    }

    [Fact]
    public async Task Quorum_NotReached_Answers503AndNamesEachReason()
    {
        _vote.Left.Instead = _ => throw new InferenceException(503, "queue_full", "The queue is full.");
        _vote.Right.Rubbish = "this is no answer";

        var answer = await _vote.Ensemble.AskAsync();

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.Status);
        Assert.Contains("left: The queue is full.", answer.Error, StringComparison.Ordinal);
        Assert.Contains("right", answer.Error, StringComparison.Ordinal);
        Assert.NotNull(answer.RetryAfter);
    }

    [Fact]
    public async Task Quorum_NotReached_MarksTheServerSpan()
    {
        _vote.Left.Rubbish = _vote.Right.Rubbish = "this is no answer";

        var (server, _) = await SpansAsync((await _vote.Ensemble.AskAsync()).TraceId);

        Assert.Equal(ActivityStatusCode.Error, server.Status);
        Assert.Equal("quorum_not_reached", server["error.type"]);
        Assert.Equal("503", server["http.response.status_code"]);
    }

    [Fact]
    public async Task Quorum_OfTwoAndOneFails_Answers503()
    {
        await using var ensemble = await EnsembleUnderTest.StartAsync(
            [("left", _vote.Left.Address), ("right", _vote.Right.Address)], null, ("Ensemble:Quorum", "2"));
        _vote.Right.Rubbish = "this is no answer";

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ensemble.AskAsync()).Status);
    }

    [Fact]
    public async Task Members_AllLate_Answers504()
    {
        _vote.Left.Instead = _vote.Right.Instead = late => Task.Delay(Timeout.Infinite, late);

        var answer = await _vote.Ensemble.AskAsync(timeoutMs: "1000");

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
        var (server, _) = await SpansAsync(answer.TraceId);
        Assert.Equal(ActivityStatusCode.Error, server.Status);
        Assert.Equal("deadline_exceeded", server["error.type"]);
    }

    [Fact]
    public async Task Members_AllBusy_PassesTheirWordOn()
    {
        _vote.Left.Instead = _vote.Right.Instead =
            _ => throw new InferenceException(429, "rate_limited", "Slower.") { RetryAfter = TimeSpan.FromSeconds(3) };

        var answer = await _vote.Ensemble.AskAsync();

        Assert.Equal(HttpStatusCode.TooManyRequests, answer.Status);
        Assert.Equal(TimeSpan.FromSeconds(3), answer.RetryAfter?.Delta);
    }

    [Fact]
    public async Task Deadline_Passed_MembersAreNotAsked()
    {
        var answer = await _vote.Ensemble.AskAsync(timeoutMs: "0");

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.Status);
        var spans = await _vote.Ensemble.Collector.TraceAsync(answer.TraceId, spans => spans.Count > 0);
        Assert.Equal(ActivityKind.Server, Assert.Single(spans).Kind);
    }

    private async Task<(ExportedSpan Server, IReadOnlyList<ExportedSpan> Clients)> SpansAsync(string traceId)
    {
        var spans = await _vote.Ensemble.Collector.TraceAsync(traceId, spans => spans.Any(span => span.Kind == ActivityKind.Server));
        return (spans.Single(span => span.Kind == ActivityKind.Server), [.. spans.Where(span => span.Kind == ActivityKind.Client)]);
    }
}
