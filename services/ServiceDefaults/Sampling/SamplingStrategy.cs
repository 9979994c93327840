using System.Diagnostics;
using OpenTelemetry.Trace;

namespace InferenceTracing.ServiceDefaults.Sampling;

/// <summary>The strategy of this moment.</summary>
internal interface ISamplingStrategies
{
    SamplingStrategy Current { get; }
}

/// <summary>
/// Which traces are kept: of each operation a share by trace id, so that two services with the same share decide alike, and at most, or at least,
/// so many a second where the strategy says so (Jaeger's rate limiting strategy, and the lower bound of its strategies by operation).
/// </summary>
internal sealed class SamplingStrategy : ISamplingStrategies
{
    private readonly OperationStrategy _default;
    private readonly IReadOnlyList<OperationStrategy> _operations;

    /// <param name="default">What holds for every operation that is not named.</param>
    /// <param name="operations">The named ones, <c>POST /v2/models/{model}/infer</c> each; a segment in braces stands for any.</param>
    public SamplingStrategy(OperationStrategy @default, IReadOnlyList<OperationStrategy> operations) => (_default, _operations) = (@default, operations);

    /// <summary>A strategy that never changes is its own source.</summary>
    public SamplingStrategy Current => this;

    /// <summary>A share of everything, from 0 to 1.</summary>
    public static SamplingStrategy Share(double share) => new(new OperationStrategy("", share, atLeast: null, atMost: null), []);

    /// <summary>Whether the trace that a request begins is kept.</summary>
    public bool Keeps(ActivityTraceId trace, string? method, string? path)
    {
        foreach (var operation in _operations)
        {
            if (operation.IsFor(method, path))
            {
                return operation.Keeps(trace);
            }
        }

        return _default.Keeps(trace);
    }

    public override string ToString() => string.Join(", ", _operations.Prepend(_default));
}

/// <summary>What is kept of one operation.</summary>
/// <param name="name"><c>METHOD /path</c>; empty for all others.</param>
/// <param name="share">From 0 to 1, by trace id.</param>
/// <param name="atLeast">Beyond the share, so that seldom ones are seen at all.</param>
/// <param name="atMost">Instead of the share: so many a second and no more.</param>
internal sealed class OperationStrategy(string name, double share, TracesPerSecond? atLeast, TracesPerSecond? atMost)
{
    private readonly TraceIdRatioBasedSampler _ratio = new(share);
    private readonly string[] _segments = name.Split('/');

    public bool IsFor(string? method, string? path)
    {
        var segments = $"{method} {path?.TrimEnd('/')}".Split('/');

        // Routes are matched without regard to case.
        return segments.Length == _segments.Length
            && _segments.Zip(segments).All(pair => pair.First.StartsWith('{') || pair.First.Equals(pair.Second, StringComparison.OrdinalIgnoreCase));
    }

    public bool Keeps(ActivityTraceId trace)
    {
        if (atMost is not null)
        {
            return atMost.TryTake();
        }

        var kept = _ratio.ShouldSample(new SamplingParameters(default, trace, name, ActivityKind.Server)).Decision == SamplingDecision.RecordAndSample;

        // What is kept by its id counts towards the least as well.
        return atLeast is null ? kept : atLeast.TryTake() || kept;
    }

    public override string ToString() => FormattableString.Invariant($"{(name is "" ? "all" : name)} {(atMost is null ? share.ToString("P1", System.Globalization.CultureInfo.InvariantCulture) : $"at most {atMost}")}{(atLeast is null ? "" : $", at least {atLeast}")}");
}

/// <summary>So many traces a second in the long run, and after a pause as many at once, but at least one.</summary>
internal sealed class TracesPerSecond(double rate, TimeProvider clock)
{
    private readonly Lock _gate = new();
    private double _credit = Math.Max(1, rate);
    private long _taken = clock.GetTimestamp();

    public bool TryTake()
    {
        lock (_gate)
        {
            var now = clock.GetTimestamp();
            _credit = Math.Min(Math.Max(1, rate), _credit + (clock.GetElapsedTime(_taken, now).TotalSeconds * rate));
            _taken = now;

            if (_credit < 1)
            {
                return false;
            }

            _credit--;
            return true;
        }
    }

    public override string ToString() => FormattableString.Invariant($"{rate} a second");
}
