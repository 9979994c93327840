using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
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
    private int _underWay;
    private long _lastAnswer;

    /// <summary>When the cluster last answered a request, in <see cref="TimeProvider.GetTimestamp"/>'s ticks.</summary>
    public long LastAnswer => Volatile.Read(ref _lastAnswer);

    /// <summary>Whether a request is under way, and none has been answered since then, in <see cref="TimeProvider.GetTimestamp"/>'s ticks.</summary>
    public bool WaitsSince(long moment) => Volatile.Read(ref _underWay) > 0 && LastAnswer < moment;

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
        Interlocked.Increment(ref _underWay);
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
        finally
        {
            Interlocked.Decrement(ref _underWay);
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

/// <summary>Whether the cluster is there, as far as the edge knows (the usual names of a circuit breaker's states).</summary>
internal enum CircuitState
{
    /// <summary>It answers.</summary>
    Closed,

    /// <summary>The way there is open again, or nothing is known yet: what can be answered without it tries one request at a time.</summary>
    HalfOpen,

    /// <summary>It is away: nobody waits for it.</summary>
    Open,
}

/// <summary>
/// The one circuit between the edge and the cluster, for photographs, for judgements and for spans. <see cref="ClusterWatch"/> opens it and half opens it; a request
/// that is answered closes it, and so does a probe that finds the ensemble ready.
/// </summary>
internal sealed class ClusterCircuit(IOptions<ClusterOptions> options, ExportGate exports, ILogger<ClusterCircuit> logger)
{
    private readonly Lock _lock = new();
    private readonly Uri _cluster = options.Value.BaseAddress();
    private CircuitState _state = CircuitState.HalfOpen;
    private bool _isTried;

    public CircuitState State
    {
        get
        {
            lock (_lock)
            {
                return _state;
            }
        }
    }

    /// <summary>Whether a request may go out; what it answers is disposed when the request is over.</summary>
    /// <param name="mayGoWithout">The request can be answered without the cluster, so that it need not be a second trial.</param>
    /// <param name="passage">The request's passage.</param>
    public bool TryEnter(bool mayGoWithout, out Passage passage)
    {
        lock (_lock)
        {
            passage = default;

            if (_state == CircuitState.Open || (_state == CircuitState.HalfOpen && mayGoWithout && _isTried))
            {
                return false;
            }

            if (_state == CircuitState.HalfOpen && mayGoWithout)
            {
                _isTried = true;
                passage = new Passage(this);
            }

            return true;
        }
    }

    /// <summary>The cluster has answered, be it with a refusal.</summary>
    public void Close() => Turn(CircuitState.Closed);

    /// <summary>It can be reached again.</summary>
    public void HalfOpen() => Turn(CircuitState.HalfOpen);

    /// <summary>It cannot be reached.</summary>
    public void Open() => Turn(CircuitState.Open);

    /// <summary>As answers, spans and pages call a state.</summary>
    public static string Name(CircuitState state) => state switch
    {
        CircuitState.Closed => "closed",
        CircuitState.HalfOpen => "half_open",
        _ => "open",
    };

    private void Turn(CircuitState state)
    {
        lock (_lock)
        {
            if (_state == state)
            {
                return;
            }

            _state = state;
            _isTried = false;
        }

        exports.Set(_cluster, isShut: state == CircuitState.Open);
        Log.Circuit(logger, state, options.Value.Url);
    }

    private void Tried()
    {
        lock (_lock)
        {
            _isTried = false;
        }
    }

    /// <summary>A request that goes out.</summary>
    internal readonly struct Passage(ClusterCircuit? circuit) : IDisposable
    {
        public void Dispose() => circuit?.Tried();
    }
}
