using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using InferenceTracing.TestBed.Traces;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.Gateway.Tests.Proxy;

public sealed class ForwardingTests : IClassFixture<GatewayUnderTest>
{
    private readonly GatewayUnderTest _gateway;

    public ForwardingTests(GatewayUnderTest gateway) => _gateway = gateway.Fresh();

    [Fact]
    public async Task Body_Binary_PassesByteForByteBothWays()
    {
        var bytes = RandomNumberGenerator.GetBytes(60_000);

        using var answer = await _gateway.SendAsync(GatewayUnderTest.Inference(new ByteArrayContent(bytes)).Request);

        Assert.Equal(bytes, await answer.Content.ReadAsByteArrayAsync());
    }

    [Fact]
    public async Task Header_OfTheBinaryExtension_PassesBothWays()
    {
        var content = new ByteArrayContent([1, 2, 3]);
        content.Headers.Add("Inference-Header-Content-Length", "2");

        using var answer = await _gateway.SendAsync(GatewayUnderTest.Inference(content).Request);

        Assert.Equal("2", _gateway.Upstream.Asked["Inference-Header-Content-Length"]);
        Assert.Equal("2", Assert.Single(answer.Headers.GetValues("Inference-Header-Content-Length")));
    }

    [Fact]
    public async Task Header_OfTheDeadline_Passes()
    {
        var (request, _) = GatewayUnderTest.Inference();
        request.Headers.Add("x-request-timeout-ms", "1234");

        using var answer = await _gateway.SendAsync(request);

        Assert.Equal("1234", _gateway.Upstream.Asked["x-request-timeout-ms"]);
    }

    [Theory]
    [InlineData(400, """{"error":"what is this"}""")]
    [InlineData(401, "")]
    [InlineData(404, """{"error":"no such model"}""")]
    [InlineData(404, "")]
    [InlineData(429, "")]
    [InlineData(500, "boom")]
    [InlineData(503, """{"error":"queue full"}""")]
    [InlineData(504, "")]
    public async Task Error_OfTheUpstream_PassesUntouched(int status, string body)
    {
        _gateway.Upstream.Answer = context =>
        {
            context.Response.StatusCode = status;
            context.Response.Headers.RetryAfter = "17";
            return context.Response.WriteAsync(body);
        };

        using var answer = await _gateway.SendAsync(GatewayUnderTest.Inference().Request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal(body, await answer.Content.ReadAsStringAsync());
        Assert.Equal("17", answer.Headers.RetryAfter?.ToString());
    }

    [Fact]
    public async Task Trace_OfARequest_GoesOnBehindTheGateway()
    {
        var (request, traceId) = GatewayUnderTest.Inference();

        using var answer = await _gateway.SendAsync(request);

        var spans = await _gateway.Collector.TraceAsync(traceId, spans => spans.Count == 2);
        var server = Assert.Single(spans, span => span.Kind == ActivityKind.Server);
        var client = Assert.Single(spans, span => span.Kind == ActivityKind.Client);
        Assert.Equal("POST /v2/models/{model}/infer", server.Name);
        Assert.Equal((server.Name, server.Id), (client.Name, client.ParentId));
        Assert.Equal("/v2/models/{model}/infer", client["url.template"]);
        Assert.Equal("ensemble", client["inference.model.name"]);
        Assert.Equal($"00-{traceId}-{client.Id}-01", _gateway.Upstream.Asked["traceparent"]);
    }

    [Fact]
    public async Task Trace_CallerDidNotSample_IsKept()
    {
        var traceId = TraceContext.NewTraceId();
        using var request = new HttpRequestMessage(HttpMethod.Post, GatewayUnderTest.InferPath);
        request.Headers.Add("traceparent", TraceContext.Parent(traceId, sampled: false));

        using var answer = await _gateway.SendAsync(request);

        Assert.Equal(2, (await _gateway.Collector.TraceAsync(traceId, spans => spans.Count == 2)).Count);
    }

    [Fact]
    public async Task Traceparent_UpstreamAnswersItsOwn_IsTheGatewaysAndOnlyOne()
    {
        _gateway.Upstream.Answer = context =>
        {
            context.Response.Headers["traceparent"] = TraceContext.Parent(TraceContext.NewTraceId());
            return Task.CompletedTask;
        };
        var (request, traceId) = GatewayUnderTest.Inference();

        using var answer = await _gateway.SendAsync(request);

        var server = await _gateway.Collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal($"00-{traceId}-{server.Id}-01", Assert.Single(answer.Headers.GetValues("traceparent")));
    }

    [Theory]
    [InlineData("/v1/traces")]
    [InlineData("/v1/metrics")]
    [InlineData("/v1/logs")]
    public async Task Otlp_Forwarded_MakesNoSpans(string path)
    {
        var traceId = TraceContext.NewTraceId();
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent([1, 2]) };
        request.Headers.Add("traceparent", TraceContext.Parent(traceId));

        using var answer = await _gateway.SendAsync(request);
        var (last, lastId) = GatewayUnderTest.Inference();
        (await _gateway.SendAsync(last)).Dispose();
        await _gateway.Collector.TraceAsync(lastId, spans => spans.Count == 2);

        Assert.Equal([1, 2], await answer.Content.ReadAsByteArrayAsync());
        Assert.DoesNotContain(_gateway.Collector.Spans, span => span.TraceId == traceId);
    }

    /// <summary>Load balancers ask with HEAD; clients for what a model is, too.</summary>
    [Theory]
    [InlineData("HEAD", "/v2/health/ready")]
    [InlineData("HEAD", "/v2/models/ensemble/ready")]
    [InlineData("GET", "/v2/models/ensemble/config")]
    [InlineData("GET", "/v2/models/ensemble/stats")]
    [InlineData("GET", "/v2/openapi.json")]
    public async Task Look_OfTheProtocol_Passes(string method, string path)
    {
        using var answer = await _gateway.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal((HttpStatusCode.OK, path), (answer.StatusCode, _gateway.Upstream.AskedPath));
    }

    [Theory]
    [InlineData("/v2/repository/index")]
    [InlineData("/v2/repository/models/ensemble/unload")]
    public async Task Repository_OfTheProtocol_HasNoRoute(string path)
    {
        using var answer = await _gateway.SendAsync(new HttpRequestMessage(HttpMethod.Post, path));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.NotEmpty(await GatewayUnderTest.ErrorAsync(answer));
    }

    [Fact]
    public async Task Jaeger_Forwarded_LosesThePrefix()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/jaeger/api/traces/1");
        request.Headers.Add("x-api-key", GatewayUnderTest.ReaderKey);

        using var answer = await _gateway.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/api/traces/1", _gateway.Upstream.AskedPath);
    }

    [Theory]
    [InlineData("GET", "/nowhere")]
    [InlineData("POST", "/v1/secrets")]
    public async Task Route_Unknown_Answers404(string method, string path)
    {
        using var answer = await _gateway.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.NotEmpty(await GatewayUnderTest.ErrorAsync(answer));
    }

    [Fact]
    public async Task Route_KnownWithAnotherMethod_Answers405()
    {
        using var answer = await _gateway.SendAsync(new HttpRequestMessage(HttpMethod.Delete, "/v2/models/ensemble"));

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.NotEmpty(await GatewayUnderTest.ErrorAsync(answer));
    }

    [Fact]
    public async Task Body_LongerThanTheLimit_Answers413()
    {
        using var answer = await _gateway.SendAsync(
            GatewayUnderTest.Inference(new ByteArrayContent(new byte[GatewayUnderTest.MaxBodyBytes + 1])).Request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Contains($"{GatewayUnderTest.MaxBodyBytes}", await GatewayUnderTest.ErrorAsync(answer), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Body_LongerThanTheLimit_SaysThatTheConnectionEnds(bool chunked)
    {
        var (request, _) = GatewayUnderTest.Inference(new ByteArrayContent(new byte[GatewayUnderTest.MaxBodyBytes + 1]));
        request.Headers.TransferEncodingChunked = chunked;

        using var answer = await _gateway.SendAsync(request);

        Assert.True(answer.Headers.ConnectionClose);
    }

    [Fact]
    public async Task Body_LongerThanTheLimitInChunks_Answers413()
    {
        var (request, traceId) = GatewayUnderTest.Inference(new ByteArrayContent(new byte[GatewayUnderTest.MaxBodyBytes + 1]));
        request.Headers.TransferEncodingChunked = true;

        using var answer = await _gateway.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.NotEmpty(await GatewayUnderTest.ErrorAsync(answer));
        var server = await _gateway.Collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal((ActivityStatusCode.Unset, "request_too_large"), (server.Status, server["error.type"]));
    }
}
