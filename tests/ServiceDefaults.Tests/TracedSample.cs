using InferenceTracing.TestBed;
using InferenceTracing.TestBed.Traces;

namespace InferenceTracing.ServiceDefaults.Tests;

/// <summary>One sample service that exports to a collector, for the tests of a class.</summary>
public sealed class TracedSample : IAsyncLifetime
{
    internal const string Name = "SampleService";

    internal OtlpCollector Collector { get; private set; } = null!;

    internal StartedService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Collector = await OtlpCollector.StartAsync();
        Service = await StartedService.StartAsync(Name, Collector.Settings());
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Collector.DisposeAsync();
    }

    /// <summary>Sends a request in a trace of its own.</summary>
    internal async Task<(HttpResponseMessage Answer, string TraceId)> SendAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        var traceId = TraceContext.NewTraceId();
        return (await SendAsync(method, path, TraceContext.Parent(traceId), content), traceId);
    }

    internal Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string traceparent, HttpContent? content = null)
    {
        var request = new HttpRequestMessage(method, path) { Content = content };
        request.Headers.TryAddWithoutValidation("traceparent", traceparent);
        return Service.Client.SendAsync(request);
    }

    /// <summary>The server span of a request that was sent in a trace of its own.</summary>
    internal async Task<ExportedSpan> ServerSpanAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        var (answer, traceId) = await SendAsync(method, path, content);
        answer.Dispose();
        return await Collector.SpanAsync(traceId);
    }

    /// <summary>Returns when every span that ended before the call has arrived: the exporter keeps their order.</summary>
    internal Task FlushAsync() => ServerSpanAsync(HttpMethod.Post, "/echo/last");
}
