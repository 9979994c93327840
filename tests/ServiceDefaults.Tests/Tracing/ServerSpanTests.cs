using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.TestBed.Traces;

namespace InferenceTracing.ServiceDefaults.Tests.Tracing;

public sealed class ServerSpanTests(TracedSample sample) : IClassFixture<TracedSample>
{
    [Fact]
    public async Task Request_Answered_NamesSpanByMethodAndRoute()
    {
        var span = await sample.ServerSpanAsync(HttpMethod.Post, "/echo/hello");

        Assert.Equal("POST /echo/{name}", span.Name);
        Assert.Equal("/echo/{name}", span["http.route"]);
        Assert.Equal(ActivityKind.Server, span.Kind);
    }

    [Fact]
    public async Task Request_Answered_HasHttpAttributes()
    {
        var span = await sample.ServerSpanAsync(HttpMethod.Post, "/echo/hello");

        Assert.Equal("200", span["http.response.status_code"]);
        Assert.Equal("1.1", span["network.protocol.version"]);
        Assert.Equal("POST", span["http.request.method"]);
        Assert.Equal("/echo/hello", span["url.path"]);
        Assert.Equal("http", span["url.scheme"]);
    }

    [Fact]
    public async Task Request_NoRoute_NamesSpanByMethodAlone()
    {
        var span = await sample.ServerSpanAsync(HttpMethod.Post, "/nowhere/at/all");

        Assert.Equal("POST", span.Name);
        Assert.Null(span["http.route"]);
        Assert.Equal("404", span["http.response.status_code"]);
    }

    [Fact]
    public async Task Request_UnknownMethod_IsNoNameOfItsOwn()
    {
        var span = await sample.ServerSpanAsync(new HttpMethod("BREW"), "/nowhere");

        Assert.Equal("HTTP", span.Name);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(404)]
    [InlineData(429)]
    public async Task Request_CallersFault_LeavesStatusUnset(int status)
    {
        var span = await sample.ServerSpanAsync(HttpMethod.Post, $"/status/{status}");

        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Theory]
    [InlineData(500)]
    [InlineData(503)]
    public async Task Request_ServersFault_MarksSpanWithStatusAsErrorType(int status)
    {
        var span = await sample.ServerSpanAsync(HttpMethod.Post, $"/status/{status}");

        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal($"{status}", span["error.type"]);
    }

    [Fact]
    public async Task Exception_Unhandled_AnswersJsonWithoutDetails()
    {
        var (answer, _) = await sample.SendAsync(HttpMethod.Post, "/fail");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal("error", Assert.Single(body.EnumerateObject()).Name);
        Assert.DoesNotContain("secret", body.GetProperty("error").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Exception_Unhandled_MarksSpanWithException()
    {
        var span = await sample.ServerSpanAsync(HttpMethod.Post, "/fail");

        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("System.InvalidOperationException", span["error.type"]);
        Assert.Equal("500", span["http.response.status_code"]);
        Assert.Equal("exception", Assert.Single(span.Events));
    }

    [Fact]
    public async Task Exception_AnswerHasBegun_MarksSpanAndCutsAnswerOff()
    {
        var traceId = TraceContext.NewTraceId();

        await Assert.ThrowsAsync<HttpRequestException>(
            () => sample.SendAsync(HttpMethod.Post, "/fail-late", TraceContext.Parent(traceId)));

        var span = await sample.Collector.SpanAsync(traceId);
        Assert.Equal(ActivityStatusCode.Error, span.Status);
        Assert.Equal("exception", Assert.Single(span.Events));
    }

    [Fact]
    public async Task Body_LongerThanAllowed_AnswersKestrelsStatus()
    {
        var (answer, traceId) = await sample.SendAsync(HttpMethod.Post, "/read", new ByteArrayContent(new byte[100]));

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);
        var span = await sample.Collector.SpanAsync(traceId);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
    }

    [Fact]
    public async Task Caller_GoneBeforeTheAnswer_SpanEndsWithoutError()
    {
        var traceId = TraceContext.NewTraceId();
        using var caller = new CancellationTokenSource();
        var question = sample.Service.Client.SendAsync(Waiting("/wait", traceId), caller.Token);
        (await sample.Service.Client.PostAsync("/arrived", null)).Dispose();

        await caller.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => question);

        var span = await sample.Collector.SpanAsync(traceId);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Equal("499", span["http.response.status_code"]);
        Assert.Empty(span.Events);
    }

    [Fact]
    public async Task Caller_GoneDuringTheAnswer_SpanEndsWithoutError()
    {
        var traceId = TraceContext.NewTraceId();
        var answer = await sample.Service.Client.SendAsync(Waiting("/wait-late", traceId), HttpCompletionOption.ResponseHeadersRead);

        answer.Dispose();

        var span = await sample.Collector.SpanAsync(traceId);
        Assert.Equal(ActivityStatusCode.Unset, span.Status);
        Assert.Empty(span.Events);
    }

    [Fact]
    public async Task Answer_OfTracedRequest_CarriesTraceparentOfItsSpan()
    {
        var (answer, traceId) = await sample.SendAsync(HttpMethod.Post, "/echo/hello");

        var span = await sample.Collector.SpanAsync(traceId);
        Assert.Equal($"00-{traceId}-{span.Id}-01", Assert.Single(answer.Headers.GetValues("traceparent")));
    }

    [Fact]
    public async Task Answer_OfFailedRequest_CarriesTraceparent()
    {
        var (answer, traceId) = await sample.SendAsync(HttpMethod.Post, "/fail");

        Assert.Contains(traceId, Assert.Single(answer.Headers.GetValues("traceparent")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Span_OfTheService_SaysWhoSentIt()
    {
        var span = await sample.ServerSpanAsync(HttpMethod.Post, "/echo/hello");

        Assert.Equal("sample", span.Resource["service.name"]);
        Assert.StartsWith("0.1.0", span.Resource["service.version"], StringComparison.Ordinal);
        Assert.Equal("cluster", span.Resource["deployment.environment.name"]);
    }

    private static HttpRequestMessage Waiting(string path, string traceId)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("traceparent", TraceContext.Parent(traceId));
        return request;
    }
}
