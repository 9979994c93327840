using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.TestBed;
using InferenceTracing.TestBed.Traces;

namespace InferenceTracing.Gateway.Tests;

/// <summary>The gateway's own executable before one upstream that plays all clusters, exporting to a collector; for the tests of a class.</summary>
public sealed class GatewayUnderTest : IAsyncLifetime
{
    internal const string Executable = "Gateway";
    internal const string InferPath = "/v2/models/ensemble/infer";
    internal const string EdgeKey = "edge-key-0123456789";
    internal const string ReaderKey = "reader-key-0123456789";
    internal const int MaxBodyBytes = 64 * 1024;

    internal Upstream Upstream { get; private set; } = null!;

    internal OtlpCollector Collector { get; private set; } = null!;

    internal StartedService Service { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Upstream = await Upstream.StartAsync();
        Collector = await OtlpCollector.StartAsync();
        Service = await StartedService.StartAsync(Executable, [.. Settings(Upstream.Address), .. Collector.Settings()]);
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Collector.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Two keys: an edge's with the scopes it has unless told otherwise, and one that opens the trace UI alone.</summary>
    internal static IEnumerable<(string Key, string Value)> Settings(Uri upstream) =>
    [
        ("Gateway:ApiKeys:edge-1:Key", EdgeKey),
        ("Gateway:ApiKeys:reader:Key", ReaderKey),
        ("Gateway:ApiKeys:reader:Scopes:0", "traces"),
        ("Gateway:MaxBodyBytes", $"{MaxBodyBytes}"),
        .. new[] { "ensemble", "collector", "sampling", "traces" }.Select(cluster => ($"ReverseProxy:Clusters:{cluster}:Destinations:0:Address", upstream.ToString())),
        ("ReverseProxy:Clusters:ensemble:HealthCheck:Active:Interval", "00:00:00.100"),
    ];

    internal GatewayUnderTest Fresh()
    {
        Upstream.Answer = Upstream.EchoAsync;
        return this;
    }

    /// <summary>Sends a request with the edge's key unless it has another.</summary>
    internal Task<HttpResponseMessage> SendAsync(HttpRequestMessage request) => SendAsync(Service, request);

    internal static Task<HttpResponseMessage> SendAsync(StartedService gateway, HttpRequestMessage request)
    {
        if (!request.Headers.Contains("x-api-key") && request.Headers.Authorization is null)
        {
            request.Headers.Add("x-api-key", EdgeKey);
        }

        return gateway.Client.SendAsync(request);
    }

    /// <summary>A request for inference, in a trace of its own.</summary>
    internal static (HttpRequestMessage Request, string TraceId) Inference(HttpContent? content = null)
    {
        var traceId = TraceContext.NewTraceId();
        var request = new HttpRequestMessage(HttpMethod.Post, InferPath) { Content = content ?? new ByteArrayContent([1, 2, 3]) };
        request.Headers.Add("traceparent", TraceContext.Parent(traceId));
        return (request, traceId);
    }

    /// <summary>The line of an error in the protocol's own form, which must hold nothing else.</summary>
    internal static async Task<string> ErrorAsync(HttpResponseMessage answer)
    {
        // Nothing after it: a client in wide use compares it exactly.
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.ToString());
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        var only = Assert.Single(body.EnumerateObject());
        Assert.Equal("error", only.Name);
        return only.Value.GetString()!;
    }
}
