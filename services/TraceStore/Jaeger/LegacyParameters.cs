using System.Globalization;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// The parameters of the first API: times in micro- and milliseconds, tags as <c>tag=key:value</c> and <c>tags={"key":"value"}</c>
/// (jaeger: cmd/jaeger/internal/extension/jaegerquery/internal/query_parser.go).
/// </summary>
internal sealed class LegacyParameters(IQueryCollection query, TimeProvider time) : QueryParameters(query)
{
    private const ulong Micro = 1_000;
    private const ulong Milli = 1_000_000;
    private const ulong Second = 1_000_000_000;
    private const ulong Minute = 60 * Second;
    private const ulong Hour = 60 * Minute;

    // What Prometheus allows a query, and with it Jaeger.
    private const ulong MostPoints = 11_000;

    private ulong Now => (ulong)(time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    public string Service => Text("service") ?? throw QueryException.Bad("parameter 'service' is required");

    public static TraceId TraceId(string text) =>
        TraceIdIn(text) ?? throw QueryException.Bad($"cannot parse trace ID: 1 to 32 hex digits are expected, not '{text}'");

    /// <summary>The ids of repeated <c>traceID</c> parameters.</summary>
    public IEnumerable<TraceId> TraceIds() => All("traceID").Select(TraceId);

    /// <summary>Without an end it has none: a clock may be ahead of ours.</summary>
    public TraceSearch Search()
    {
        var (min, max) = (Duration("minDuration") ?? 0, Duration("maxDuration") ?? ulong.MaxValue);

        return max < min ? throw QueryException.Bad("'maxDuration' should be greater than 'minDuration'") : new TraceSearch
        {
            Service = Service,
            Operation = Text("operation"),
            FromNanos = Number("start", Micro) ?? Now - (48 * Hour),
            ToNanos = Number("end", Micro) ?? ulong.MaxValue,
            MinDurationNanos = min,
            MaxDurationNanos = max,
            Tags = [.. Tags()],
            Limit = Limit("limit"),
        };
    }

    /// <summary>The time of the service graph, in nanoseconds; without an end it has none.</summary>
    public (ulong From, ulong To) Window()
    {
        var (end, lookback) = (Number("endTs", Milli), Number("lookback", Milli) ?? 24 * Hour);
        var last = end ?? Now;
        return (last - Math.Min(last, lookback), end ?? ulong.MaxValue);
    }

    public MetricsQuery Metrics()
    {
        var end = Number("endTs", Milli) ?? Now;

        var asked = new MetricsQuery(
            Text("service") is null ? throw Malformed("service", "please provide at least one service name") : [.. All("service")],
            Flag("groupByOperation"),
            Text("spanKind") is null ? [SpanKind.Server] : [.. All("spanKind").Select(KindIn)],
            end - Math.Min(end, Number("lookback", Milli) ?? Hour),
            end,
            Number("step", Milli) ?? 5 * Second,
            Number("ratePer", Milli) ?? 10 * Minute);

        return asked switch
        {
            { StepNanos: 0 } => throw Malformed("step", "a number above 0 is expected"),
            { WindowNanos: 0 } => throw Malformed("ratePer", "a number above 0 is expected"),
            _ when (end - asked.FromNanos) / asked.StepNanos >= MostPoints => throw Malformed("step", $"more than {MostPoints} points come of it"),
            _ => asked,
        };
    }

    /// <summary>0.95 for the 95th of a hundred.</summary>
    public double Quantile() =>
        double.TryParse(Text("quantile"), NumberStyles.Float, CultureInfo.InvariantCulture, out var quantile) && quantile is >= 0 and <= 1
            ? quantile
            : throw Malformed("quantile", "a number from 0 to 1 is expected");

    protected override QueryException Malformed(string name, string why) => QueryException.Bad($"unable to parse param '{name}': {why}");

    private Dictionary<string, string> Tags()
    {
        var tags = new Dictionary<string, string>();

        foreach (var tag in All("tag"))
        {
            var colon = tag.IndexOf(':', StringComparison.Ordinal);

            if (colon < 0)
            {
                throw QueryException.Bad($"malformed 'tag' parameter, expecting key:value, received: {tag}");
            }

            tags[tag[..colon]] = tag[(colon + 1)..];
        }

        foreach (var (key, value) in All("tags").Where(text => text.Length > 0).SelectMany(text => Map(text, "malformed 'tags' parameter, cannot unmarshal JSON")))
        {
            tags[key] = value;
        }

        return tags;
    }

    private SpanKind KindIn(string text) =>
        Enum.GetNames<SpanKind>().Contains(text, StringComparer.OrdinalIgnoreCase)
            ? Enum.Parse<SpanKind>(text, ignoreCase: true)
            : throw Malformed("spanKind", $"unsupported span kind: '{text}'");
}
