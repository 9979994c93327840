using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Cluster;

/// <summary>
/// Asks the ensemble, through the gateway. While the circuit is open every request is refused at once: a cut link answers nothing, and waiting for the deadline
/// would only keep the caller and fill the house.
/// </summary>
internal sealed class ClusterClient(IOptions<ClusterOptions> options, ClusterCircuit circuit, TimeProvider clock) : IDisposable
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    private readonly ClusterOptions _options = options.Value;
    private volatile ClusterLine _line = new(options.Value);
    private long _lastAnswer;

    /// <summary>When the cluster last answered a request, in <see cref="TimeProvider.GetTimestamp"/>'s ticks.</summary>
    public long LastAnswer => Volatile.Read(ref _lastAnswer);

    /// <summary>The <paramref name="top"/> likeliest classes of each image.</summary>
    /// <param name="images">The pixels.</param>
    /// <param name="top">Classes of an answer.</param>
    /// <param name="mayGoWithout">Whether there is another answer than the cluster's: while nobody knows whether it is back, one such request tries.</param>
    /// <param name="deadline">Until when.</param>
    /// <param name="cancellationToken">Nobody waits any more.</param>
    /// <exception cref="InferenceException">The cluster cannot be reached, refuses, or is too late.</exception>
    public async Task<ClassifiedAnswer> ClassifyAsync(PixelTensor images, int top, bool mayGoWithout, Deadline deadline, CancellationToken cancellationToken)
    {
        if (!circuit.TryEnter(mayGoWithout, out var entered))
        {
            throw Unreachable();
        }

        using var passage = entered;
        var line = _line;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, line.Lost);

        try
        {
            var answer = await line.Server.ClassifyAsync(_options.Model, images, top, deadline, patience.Token).ConfigureAwait(false);
            Answered();
            return answer;
        }
        catch (InferenceException refused) when (refused.Status is >= 400 and < 500 and not StatusCodes.Status429TooManyRequests)
        {
            Answered();
            // The photograph was fine: what the cluster refuses is a setting of the edge (model, key, size), not the caller's mistake.
            throw new InferenceException(StatusCodes.Status503ServiceUnavailable, "cluster_refused", $"The cluster refused: {refused.Message}", refused);
        }
        catch (InferenceException refused) when (!refused.IsSilence)
        {
            Answered();
            throw;
        }
        catch (Exception broken) when (line.Lost.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            throw Unreachable(broken);
        }
    }

    /// <summary>Those under way end too: a way that leads nowhere answers nothing.</summary>
    public void Cut() => _line.Cut();

    /// <summary>Where the way was cut, over new connections: the old ones may lead nowhere and would not say so.</summary>
    public void Restore()
    {
        if (_line.Lost.IsCancellationRequested)
        {
            using var old = _line;
            _line = new ClusterLine(_options);
        }
    }

    public void Dispose() => _line.Dispose();

    private void Answered()
    {
        Volatile.Write(ref _lastAnswer, clock.GetTimestamp());

        if (circuit.State == CircuitState.HalfOpen)
        {
            circuit.Close();
        }
    }

    private InferenceException Unreachable(Exception? cause = null) => new(
        StatusCodes.Status503ServiceUnavailable, "unreachable", $"{_options.Model} cannot be reached: the way to the cluster is lost.", cause)
    {
        RetryAfter = Pause,
    };
}

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
