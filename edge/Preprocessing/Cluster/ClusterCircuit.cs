using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Cluster;

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
