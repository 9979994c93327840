using Microsoft.Extensions.Configuration;
using OpenTelemetry.Exporter;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// Makes an export whose connection breaks under way one that is tried again. The exporter's gRPC client tries again what finds nobody, and gives up what a
/// collector that was killed had half received (<c>HttpRequestException</c> in opentelemetry-dotnet's OtlpGrpcExportClient): with each kill the spans of a second of
/// whoever was just sending. Any other exception it takes for a passing failure, so that is what it gets.
/// </summary>
internal sealed class TransientExport : DelegatingHandler
{
    // As much as the exporter itself would read.
    private const int LongestAnswer = 4 << 20;

    private readonly ExportGate _gate;

    private TransientExport(ExportGate gate)
        : base(new SocketsHttpHandler { ActivityHeadersPropagator = null }) => _gate = gate;

    /// <summary>Gives the exporters this handler; not where they are to use certificates of their own, with which they make their clients themselves.</summary>
    public static void Use(OtlpExporterOptions options, IConfiguration settings, ExportGate gate)
    {
        if (settings["OTEL_EXPORTER_OTLP_CERTIFICATE"] is not { Length: > 0 } && settings["OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE"] is not { Length: > 0 })
        {
            options.HttpClientFactory = () => new HttpClient(new TransientExport(gate))
            {
                Timeout = TimeSpan.FromMilliseconds(options.TimeoutMilliseconds),
                MaxResponseContentBufferSize = LongestAnswer,
            };
        }
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        await _gate.PassAsync(request.RequestUri!, cancellationToken).ConfigureAwait(false);

        try
        {
            var answer = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
            // The end of a gRPC answer says how it went: a connection that breaks before it broke under way.
            await answer.Content.LoadIntoBufferAsync(LongestAnswer, cancellationToken).ConfigureAwait(false);
            return answer;
        }
        catch (HttpRequestException broken)
        {
            throw new IOException(broken.Message, broken);
        }
    }

    protected override HttpResponseMessage Send(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        _gate.Pass(request.RequestUri!, cancellationToken);

        try
        {
            return base.Send(request, cancellationToken);
        }
        catch (HttpRequestException broken)
        {
            throw new IOException(broken.Message, broken);
        }
    }
}
