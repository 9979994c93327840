using System.Runtime.CompilerServices;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// What the Monitor tab asks about some services: a value every <paramref name="StepNanos"/>, each over the <paramref name="WindowNanos"/> that
/// end there (jaeger: internal/storage/v1/api/metricstore/interface.go).
/// </summary>
/// <param name="Kinds">Only spans of these kinds count.</param>
internal sealed record MetricsQuery(
    string[] Services, bool ByOperation, SpanKind[] Kinds, ulong FromNanos, ulong ToNanos, ulong StepNanos, ulong WindowNanos)
{
    private const ulong NanosPerSecond = 1_000_000_000;

    /// <summary>A series for each service that was called, or for each of its operations.</summary>
    public async IAsyncEnumerable<MetricSeries> SeriesAsync(SpanStore store, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var service in Services.Distinct())
        {
            var all = await store.TimingsAsync(service, FromNanos - Math.Min(FromNanos, WindowNanos), ToNanos, cancellationToken);

            if (all.Count > SpanStore.MostTimings)
            {
                throw QueryException.Bad($"the service has more than {SpanStore.MostTimings} spans in that time; ask for a shorter one");
            }

            var calls = all.Where(call => Kinds.Contains(call.Operation.Kind));

            foreach (var group in calls.GroupBy(call => ByOperation ? call.Operation.Name : null).OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                yield return new MetricSeries(service, group.Key, [.. group]);
            }
        }
    }

    /// <summary>The moments asked for, each with the calls that began in the window before it.</summary>
    public IEnumerable<(ulong At, ArraySegment<SpanTiming> Calls)> Windows(MetricSeries series)
    {
        var (first, end) = (0, 0);

        // By what is left, so that the last moments there are do not wrap around.
        for (var at = FromNanos; ; at += StepNanos)
        {
            while (end < series.Calls.Length && series.Calls[end].StartNanos <= at)
            {
                end++;
            }

            while (first < end && at - series.Calls[first].StartNanos >= WindowNanos)
            {
                first++;
            }

            yield return (at, new ArraySegment<SpanTiming>(series.Calls, first, end - first));

            if (ToNanos - at < StepNanos)
            {
                yield break;
            }
        }
    }

    /// <summary>Calls a second.</summary>
    public double CallRate(ArraySegment<SpanTiming> calls) => calls.Count * (double)NanosPerSecond / WindowNanos;

    /// <summary>The failed share of the calls; not a number without any.</summary>
    public static double ErrorRate(ArraySegment<SpanTiming> calls) => (double)calls.Count(call => call.Failed) / calls.Count;

    /// <summary>In milliseconds; not a number without any call.</summary>
    public static double Latency(ArraySegment<SpanTiming> calls, double quantile)
    {
        if (calls.Count == 0)
        {
            return double.NaN;
        }

        var durations = calls.Select(call => call.DurationNanos).Order().ToArray();
        return durations[Math.Max(0, (int)Math.Ceiling(quantile * durations.Length) - 1)] / 1e6;
    }
}

/// <summary>The calls of one line in the Monitor tab, in the order of their beginning.</summary>
/// <param name="Operation">Null for a whole service.</param>
internal sealed record MetricSeries(string Service, string? Operation, SpanTiming[] Calls);
