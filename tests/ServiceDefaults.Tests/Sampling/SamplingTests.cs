using System.Diagnostics;
using InferenceTracing.TestBed;
using InferenceTracing.TestBed.Traces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.ServiceDefaults.Tests.Sampling;

/// <summary>What a caller can and cannot do to a trace.</summary>
public sealed class SamplingTests(TracedSample sample) : IClassFixture<TracedSample>
{
    [Fact]
    public async Task Caller_DidNotSample_TraceIsKept()
    {
        var traceId = TraceContext.NewTraceId();

        using var answer = await sample.SendAsync(HttpMethod.Post, "/echo/hello", TraceContext.Parent(traceId, sampled: false));

        Assert.Equal("POST /echo/{name}", (await sample.Collector.SpanAsync(traceId)).Name);
    }

    [Fact]
    public async Task Caller_DidNotSample_InnerSpansAreKept()
    {
        var traceId = TraceContext.NewTraceId();

        using var answer = await sample.SendAsync(HttpMethod.Post, "/stage", TraceContext.Parent(traceId, sampled: false));

        Assert.Equal("true", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("00-00000000000000000000000000000000-0000000000000001-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01")]
    [InlineData("00-0AF7651916CD43DD8448EB211C80319C-B7AD6B7169203331-01")]
    [InlineData("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01")]
    [InlineData("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331")]
    public async Task Traceparent_Malformed_StartsNewTrace(string traceparent)
    {
        using var answer = await sample.SendAsync(HttpMethod.Post, "/echo/hello", traceparent);

        var own = ActivityContext.Parse(Assert.Single(answer.Headers.GetValues("traceparent")), null).TraceId.ToHexString();
        Assert.NotEqual("0af7651916cd43dd8448eb211c80319c", own);
        Assert.Null((await sample.Collector.SpanAsync(own)).ParentId);
    }

    [Theory]
    [InlineData("vendor=one,other@system=two")]
    [InlineData("=,,=;not a state")]
    public async Task Tracestate_OfAForeignSystem_TraceIsKept(string tracestate)
    {
        var traceId = TraceContext.NewTraceId();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/echo/hello");
        request.Headers.TryAddWithoutValidation("traceparent", TraceContext.Parent(traceId));
        request.Headers.TryAddWithoutValidation("tracestate", tracestate);

        using var answer = await sample.Service.Client.SendAsync(request);

        Assert.NotNull(await sample.Collector.SpanAsync(traceId));
    }

    [Theory]
    [InlineData("GET", "/health/live")]
    [InlineData("GET", "/health/ready")]
    [InlineData("GET", "/v2")]
    [InlineData("GET", "/v2/health/ready")]
    [InlineData("GET", "/v2/models/m")]
    [InlineData("GET", "/v2/models/m/ready")]
    [InlineData("POST", "/v1/traces")]
    [InlineData("POST", "/v1/metrics")]
    [InlineData("POST", "/v1/logs")]
    public async Task Path_OfProbesAndExports_MakesNoSpan(string method, string path)
    {
        var (answer, traceId) = await sample.SendAsync(new HttpMethod(method), path);
        await sample.FlushAsync();

        Assert.True(answer.IsSuccessStatusCode);
        Assert.DoesNotContain(sample.Collector.Spans, span => span.TraceId == traceId);
    }

    [Theory]
    [InlineData("/v2/models/m/infer")]
    [InlineData("/v2/models/m/infer/")]
    [InlineData("/V2/Models/M/INFER")]
    public async Task Path_OfInference_MakesASpanHoweverItIsWritten(string path)
    {
        var span = await sample.ServerSpanAsync(HttpMethod.Post, path);

        Assert.Equal("POST /v2/models/m/infer", span.Name);
    }

    [Fact]
    public async Task Call_WithinARequest_IsItsChildAndPropagates()
    {
        await using var outside = await Listener.StartAsync();

        var (answer, traceId) = await sample.SendAsync(HttpMethod.Post, $"/call?outside=false&address={outside.Address}");

        answer.EnsureSuccessStatusCode();
        var client = await sample.Collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Client);
        var server = await sample.Collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal(server.Id, client.ParentId);
        Assert.Equal($"00-{traceId}-{client.Id}-01", outside.Traceparent);
    }

    /// <summary>What a stranger writes into baggage goes no further than here.</summary>
    [Fact]
    public async Task Baggage_OfACaller_EndsHere()
    {
        await using var outside = await Listener.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/call?outside=false&address={outside.Address}");
        request.Headers.Add("baggage", "user=alice,secret=s3cr3t");

        using var answer = await sample.Service.Client.SendAsync(request);

        answer.EnsureSuccessStatusCode();
        Assert.NotNull(outside.Traceparent);
        Assert.Null(outside.Baggage);
    }

    /// <summary>A browser asks before it sends; the question is no request of anybody's.</summary>
    [Fact]
    public async Task Preflight_MakesNoSpan()
    {
        var (_, traceId) = await sample.SendAsync(HttpMethod.Options, "/v2/models/m/infer");
        await sample.FlushAsync();

        Assert.DoesNotContain(sample.Collector.Spans, span => span.TraceId == traceId);
    }

    [Theory]
    [InlineData("POST", "/nothing", 404, "There is no such route.")]
    [InlineData("PUT", "/stage", 405, "The route takes POST.")]
    public async Task Refusal_OfTheFramework_IsOurOneLine(string method, string path, int status, string error)
    {
        using var answer = await sample.Service.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal($$"""{"error":"{{error}}"}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task Call_OutsideOfAnyRequest_MakesNoSpan()
    {
        await using var outside = await Listener.StartAsync();

        var (answer, _) = await sample.SendAsync(HttpMethod.Post, $"/call?outside=true&address={outside.Address}");
        await sample.FlushAsync();

        answer.EnsureSuccessStatusCode();
        Assert.DoesNotContain(sample.Collector.Spans, span => outside.Traceparent?.Contains(span.TraceId, StringComparison.Ordinal) is true);
        Assert.DoesNotContain(sample.Collector.Spans, span => span.ParentId is null && span.Kind == ActivityKind.Client);
    }

    private sealed class Listener : IAsyncDisposable
    {
        private LocalServer? _server;

        public string? Traceparent { get; private set; }

        public string? Baggage { get; private set; }

        public Uri Address => _server!.Address;

        public static async Task<Listener> StartAsync()
        {
            var listener = new Listener();
            listener._server = await LocalServer.StartAsync(app => app.MapGet("/", (HttpContext context) =>
            {
                listener.Traceparent = context.Request.Headers["traceparent"];
                listener.Baggage = context.Request.Headers["baggage"];
            }));
            return listener;
        }

        public ValueTask DisposeAsync() => _server!.DisposeAsync();
    }
}
