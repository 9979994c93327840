using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>
/// Takes down every request while the run goes on. What is due in the warm-up is sent, but not taken down; only its answers that arrive after it count for the rate.
/// Thread-safe; its memory does not grow with the run.
/// </summary>
internal sealed class Measurement(Scenario scenario, IReadOnlyList<string> photographs)
{
    /// <summary>With more photographs than this they are not told apart.</summary>
    public const int MostPhotographs = 100;

    private const int SlowestKept = 12;

    private readonly Lock _lock = new();
    private readonly LatencyHistogram _latency = new();
    private readonly LatencyHistogram _service = new();
    private readonly LatencyHistogram _lag = new();
    private readonly TimeSlices _slices = new();
    private readonly SlowestRequests _slowest = new(SlowestKept);
    private readonly TraceSample _traces = new(scenario.CheckTraces, scenario.Seed);
    private readonly Dictionary<string, long> _errors = [];
    private readonly Dictionary<string, long> _leftOut = [];
    private readonly Dictionary<string, long> _byTheEdge = [];
    private readonly GroupCount[] _targets = [.. scenario.Targets.Select(target => new GroupCount(target.ToString()))];

    // Of a whole archive of photographs each is sent once or twice: nothing to be told apart, and a histogram for each would be memory for nothing.
    private readonly GroupCount[] _photographs = photographs.Count > MostPhotographs ? [] : [.. photographs.Select(name => new GroupCount(name))];
    private long _due;
    private long _answered;
    private long _degraded;
    private long _arrived;
    private (TimeSpan Time, long Arrived) _lastDue;
    private TimeSpan _last;
    private int _inFlight;

    /// <summary>Requests under way.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>True when a request that is due at <paramref name="intended"/> counts.</summary>
    public bool Counts(TimeSpan intended) => intended >= scenario.WarmUp;

    /// <summary>A request is due.</summary>
    public void Due(TimeSpan intended)
    {
        var inFlight = Interlocked.Increment(ref _inFlight);

        if (!Counts(intended))
        {
            return;
        }

        lock (_lock)
        {
            _due++;
            _lastDue = (intended - scenario.WarmUp, _arrived);
            var slice = _slices.At(intended - scenario.WarmUp);
            slice.Due++;
            slice.InFlight = Math.Max(slice.InFlight, inFlight);
        }
    }

    /// <summary>A request that was due has ended.</summary>
    /// <param name="place">Where it went, and what it carried.</param>
    public void Ended(RequestTimes times, in Outcome outcome, RequestPlace place)
    {
        var inFlight = Interlocked.Decrement(ref _inFlight) + 1;

        if (!Counts(times.Finished))
        {
            return;
        }

        lock (_lock)
        {
            var slice = _slices.At(times.Finished - scenario.WarmUp);
            slice.InFlight = Math.Max(slice.InFlight, inFlight);

            if (outcome.Error is null)
            {
                _arrived++;
                slice.Answered++;
                slice.Degraded += outcome.Degraded ? 1 : 0;
            }

            if (!Counts(times.Intended))
            {
                return;
            }

            _last = times.Finished > _last ? times.Finished : _last;
            _targets[place.Target].Add(times.Latency, outcome);

            if (_photographs.Length > 0)
            {
                _photographs[place.Photograph].Add(times.Latency, outcome);
            }

            if (outcome.Error is { } error)
            {
                _errors[error] = _errors.GetValueOrDefault(error) + 1;
                slice.Failed++;
            }
            else
            {
                _answered++;

                if (outcome.LeftOut is { } missing)
                {
                    _degraded++;
                    _leftOut[missing] = _leftOut.GetValueOrDefault(missing) + 1;
                }

                if (outcome.ByTheEdge is { } why)
                {
                    _byTheEdge[why] = _byTheEdge.GetValueOrDefault(why) + 1;
                }

                if (outcome is { TraceId: { } trace, Degraded: false })
                {
                    _traces.Offer(trace);
                }
            }

            // A wait that ended in a timeout was a wait; a refusal within a millisecond would only flatter the percentiles.
            if (outcome.Error is null or Errors.Timeout)
            {
                _latency.Record(times.Latency);
                slice.Latency.Record(times.Latency);
                _service.Record(times.Service);
                _slowest.Offer(times, outcome, times.Intended - scenario.WarmUp);
            }

            if (outcome.Error is not Errors.NotSent)
            {
                _lag.Record(times.Lag);
            }
        }
    }

    /// <summary>A request was cut off because the run was stopped: neither answered nor failed.</summary>
    public void CutOff() => Interlocked.Decrement(ref _inFlight);

    /// <summary>A look at the run while it goes on.</summary>
    public Reading Look()
    {
        lock (_lock)
        {
            return new Reading(
                _due, _answered, _errors.Values.Sum(), InFlight, _latency.Percentile(50), _latency.Percentile(95), _latency.Percentile(99),
                [.. _errors.OrderByDescending(error => error.Value)]);
        }
    }

    /// <summary>Everything, at the end.</summary>
    /// <param name="ended">When the run ended, from its start.</param>
    /// <param name="interrupted">Whether somebody stopped it.</param>
    public Measured Finish(TimeSpan ended, bool interrupted)
    {
        lock (_lock)
        {
            var end = _last > scenario.WarmUp ? _last : ended;

            return new Measured
            {
                Elapsed = end > scenario.WarmUp ? end - scenario.WarmUp : TimeSpan.Zero,
                Interrupted = interrupted,
                Loaded = _lastDue.Time,
                Arrived = _lastDue.Arrived,
                Due = _due,
                Answered = _answered,
                Degraded = _degraded,
                Errors = _errors.OrderByDescending(error => error.Value).ToDictionary(),
                Latency = _latency,
                Service = _service,
                Lag = _lag,
                Slices = _slices,
                ByTheEdge = _byTheEdge.OrderByDescending(why => why.Value).ToDictionary(),
                LeftOut = _leftOut.OrderByDescending(missing => missing.Value).ToDictionary(),
                Targets = _targets,
                Photographs = _photographs,
                Slowest = _slowest.All,
                TraceIds = _traces.Ids,
                TracesLeft = _traces.Left,
            };
        }
    }
}

/// <summary>The measured part of a run so far.</summary>
internal sealed record Reading(
    long Due,
    long Answered,
    long Failed,
    int InFlight,
    TimeSpan P50,
    TimeSpan P95,
    TimeSpan P99,
    IReadOnlyList<KeyValuePair<string, long>> Errors);
