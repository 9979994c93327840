using System.Globalization;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>A model server by itself that answers over HTTP/1.1 and over HTTP/2 without TLS (h2c), each on its own port: without TLS nothing negotiates the two on one.</summary>
internal sealed class TwoProtocolServer : IAsyncDisposable
{
    private readonly string _logs = Directory.CreateTempSubdirectory("inference-tracing-benchmark").FullName;
    private readonly ServiceFleet _fleet;

    private TwoProtocolServer(string model, int threads)
    {
        var ports = PortChoice.AllFree();
        var (http1, http2) = (ports.For("http1", 0), ports.For("h2c", 0));
        var server = new ServiceSpec(model, Checkout.Find().Executable("ModelServer"), http1, new()
        {
            ["Model__Name"] = model,
            ["Model__Threads"] = threads.ToString(CultureInfo.InvariantCulture),
            ["OTEL_SDK_DISABLED"] = "true",
            ["Kestrel__Endpoints__Http__Url"] = $"http://127.0.0.1:{http1}",
            ["Kestrel__Endpoints__H2c__Url"] = $"http://127.0.0.1:{http2}",
            ["Kestrel__Endpoints__H2c__Protocols"] = "Http2",
        });

        Http1 = server.Url;
        H2c = new Uri($"http://127.0.0.1:{http2}/");
        _fleet = new ServiceFleet(new ServicePlan([server], [model], _logs));
    }

    public Uri Http1 { get; }

    public Uri H2c { get; }

    public static async Task<TwoProtocolServer> StartAsync(string model, int threads, CancellationToken cancellationToken)
    {
        var server = new TwoProtocolServer(model, threads);
        await server._fleet.StartAsync(cancellationToken);
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        Directory.Delete(_logs, recursive: true);
    }
}
