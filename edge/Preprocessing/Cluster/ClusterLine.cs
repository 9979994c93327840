using InferenceTracing.OpenInference.Client;

namespace InferenceTracing.Preprocessing.Cluster;

/// <summary>Connections to the cluster, good until the way there is lost: what is then still under way on them waits for nothing.</summary>
internal sealed class ClusterLine : IDisposable
{
    private readonly CancellationTokenSource _lost = new();
    private readonly HttpClient _http;

    public ClusterLine(ClusterOptions options)
    {
        _http = new HttpClient(new SocketsHttpHandler
        {
            ConnectTimeout = options.ConnectTimeout,
            // New connections now and then, so that a cluster that moved is found.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            UseCookies = false,
            AllowAutoRedirect = false,
        })
        {
            BaseAddress = options.BaseAddress(),
            // Each request has its own deadline.
            Timeout = Timeout.InfiniteTimeSpan,
        };

        if (options.ApiKey.Length > 0)
        {
            _http.DefaultRequestHeaders.Add("x-api-key", options.ApiKey);
        }

        Server = new OpenInferenceClient(_http);
        Lost = _lost.Token;
    }

    public OpenInferenceClient Server { get; }

    /// <summary>Cancelled when the way to the cluster is lost.</summary>
    public CancellationToken Lost { get; }

    /// <summary>Ends every request on this line.</summary>
    public void Cut() => _lost.Cancel();

    public void Dispose()
    {
        _lost.Dispose();
        _http.Dispose();
    }
}
