using System.Diagnostics;
using OpenTelemetry.Trace;

namespace InferenceTracing.ServiceDefaults.Sampling;

/// <summary>
/// Decides once about a trace, where it comes in, and by the current <see cref="SamplingStrategy"/>; whatever is further in follows the flag in its
/// <c>traceparent</c>. So a trace is kept whole or not at all, and no caller from outside can switch one off with that flag.
/// Sampled is what is asked of a model. Never sampled: what is only looked at (GET, HEAD and OPTIONS: health probes, a model's description, pages, a browser's question before a request; the
/// same over gRPC, which posts everything), OTLP, and client calls that belong to no request (probes, exports, retries).
/// </summary>
/// <param name="strategies">What is kept; may change while the process runs.</param>
/// <param name="decides">True where the flag of a caller is not asked: see <see cref="SamplingSettings.Decides"/>.</param>
internal sealed class TraceSampler(ISamplingStrategies strategies, bool decides) : Sampler
{
    private static readonly string[] TelemetryPaths = ["/v1/traces", "/v1/metrics", "/v1/logs"];

    // Of the first of the two services one call asks a model, the others look.
    private const string Inference = "/inference.GRPCInferenceService/", Health = "/grpc.health.v1.Health/", Infer = Inference + "ModelInfer";

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var parent = samplingParameters.ParentContext;
        var isRoot = parent.TraceId == default;

        if (!isRoot && !parent.IsRemote)
        {
            return new SamplingResult(parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
        }

        if (isRoot && samplingParameters.Kind == ActivityKind.Client)
        {
            return new SamplingResult(SamplingDecision.Drop);
        }

        var (method, path) = samplingParameters.Kind == ActivityKind.Server ? Request(samplingParameters.Tags) : ("", samplingParameters.Name);

        if (method is "GET" or "HEAD" or "OPTIONS" || IsLook(path) || TelemetryPaths.Contains(path?.TrimEnd('/'), StringComparer.OrdinalIgnoreCase))
        {
            return new SamplingResult(SamplingDecision.Drop);
        }

        return new SamplingResult(
            isRoot || decides ? strategies.Current.Keeps(samplingParameters.TraceId, method, path) : parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded));
    }

    private static bool IsLook(string? path) => path is not null and not Infer
        && (path.StartsWith(Inference, StringComparison.Ordinal) || path.StartsWith(Health, StringComparison.Ordinal));

    /// <summary>ASP.NET Core names a server span only when its route is known, but says method and path from the start.</summary>
    private static (string? Method, string? Path) Request(IEnumerable<KeyValuePair<string, object?>>? tags)
    {
        string? method = null, path = null;

        foreach (var (key, value) in tags ?? [])
        {
            switch (key)
            {
                case "http.request.method":
                    method = value as string;
                    break;
                case "url.path":
                    path = value as string;
                    break;
            }
        }

        return (method, path);
    }
}

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
