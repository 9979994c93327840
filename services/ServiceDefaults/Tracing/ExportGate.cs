using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Exporter;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// Holds exports back while it is known that they would go nowhere: tried all the same they would be given up, or kept on disk, one small batch a second. Held back,
/// they wait in the exporter's queue, and go out in few large ones. An export is held for as long as its own time limit allows and then fails, which keeps it where there is
/// a disk for it.
/// </summary>
public sealed class ExportGate(IHostApplicationLifetime lifetime)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(20);

    private readonly Lock _lock = new();
    private TaskCompletionSource? _shut;
    private string? _authority;

    /// <summary>Shuts the way to a host, or opens it: what is held back then goes.</summary>
    /// <param name="host">Whose address is meant; exports to another pass in any case.</param>
    /// <param name="isShut">Whether it is shut.</param>
    public void Set(Uri host, bool isShut)
    {
        ArgumentNullException.ThrowIfNull(host);

        lock (_lock)
        {
            _authority = host.Authority;

            if (isShut)
            {
                _shut ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                return;
            }

            _shut?.TrySetResult();
            _shut = null;
        }
    }

    /// <summary>Returns when the way to <paramref name="destination"/> is open.</summary>
    /// <exception cref="IOException">It does not open, or the process is to end.</exception>
    internal async Task PassAsync(Uri destination, CancellationToken cancellationToken)
    {
        Task opens;

        lock (_lock)
        {
            if (_shut is null || destination.Authority != _authority)
            {
                return;
            }

            opens = _shut.Task;
        }

        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);

        try
        {
            await opens.WaitAsync(Longest, end.Token).ConfigureAwait(false);
        }
        catch (Exception shut) when (shut is TimeoutException || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new IOException("the way to the collector is known to be shut", shut);
        }
    }

    /// <summary>The same for the exporter's own thread, which does nothing else.</summary>
    /// <exception cref="IOException">As <see cref="PassAsync"/>.</exception>
    internal void Pass(Uri destination, CancellationToken cancellationToken) => PassAsync(destination, cancellationToken).GetAwaiter().GetResult();
}

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
