using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Traces;

namespace InferenceTracing.LoadGenerator.Report;

/// <summary>Requests in numbers.</summary>
internal sealed record Totals(long Due, long Answered, long Failed, long Degraded, long Unfinished, double AnsweredPerSecond, double ErrorShare, double DegradedShare);

/// <summary>A histogram in the figures people ask for, in milliseconds.</summary>
internal sealed record Percentiles(double Min, double Mean, double P50, double P75, double P90, double P95, double P99, double P999, double Max)
{
    public static Percentiles Of(LatencyHistogram histogram) => new(
        histogram.Min.Ms(),
        histogram.Mean.Ms(),
        histogram.Percentile(50).Ms(),
        histogram.Percentile(75).Ms(),
        histogram.Percentile(90).Ms(),
        histogram.Percentile(95).Ms(),
        histogram.Percentile(99).Ms(),
        histogram.Percentile(99.9).Ms(),
        histogram.Max.Ms());
}

/// <summary>One address, or one photograph.</summary>
internal sealed record GroupRow(string Name, long Answered, long Degraded, long Failed, double P50, double P95, double P99)
{
    public static GroupRow Of(GroupCount count) => new(
        count.Name, count.Answered, count.Degraded, count.Failed,
        count.Latency.Percentile(50).Ms(), count.Latency.Percentile(95).Ms(), count.Latency.Percentile(99).Ms());
}

/// <summary>A stretch of the run, rates a second.</summary>
/// <param name="Loaded">0 … 1: how much of the stretch the load was on. After it answers still come, which is no fall of the rate.</param>
internal sealed record SliceRow(
    double At, double Loaded, double Due, double Answered, double Degraded, double Failed, int InFlight, double P50, double P95, double P99, double Max)
{
    public static SliceRow Of(TimeSlice slice, TimeSpan at, TimeSpan width, TimeSpan loadEnded) => new(
        at.TotalSeconds,
        Math.Round(Math.Clamp((loadEnded - at) / width, 0, 1), 3),
        Math.Round(slice.Due / width.TotalSeconds, 3),
        Math.Round(slice.Answered / width.TotalSeconds, 3),
        Math.Round(slice.Degraded / width.TotalSeconds, 3),
        Math.Round(slice.Failed / width.TotalSeconds, 3),
        slice.InFlight,
        slice.Latency.Percentile(50).Ms(),
        slice.Latency.Percentile(95).Ms(),
        slice.Latency.Percentile(99).Ms(),
        slice.Latency.Max.Ms());
}

/// <summary>A point of the percentile curve.</summary>
internal sealed record CurvePoint(double Percent, double Ms)
{
    /// <summary>Each further step halves what is left to 100 %, down to a single request.</summary>
    public static IReadOnlyList<CurvePoint> Of(LatencyHistogram histogram)
    {
        const int StepsPerHalving = 4;
        var points = new List<CurvePoint>();

        for (var step = 0; histogram.Count > 0; step++)
        {
            var left = Math.Pow(0.5, (double)step / StepsPerHalving);

            if (left * histogram.Count < 1)
            {
                points.Add(new CurvePoint(100, histogram.Max.Ms()));
                break;
            }

            points.Add(new CurvePoint(Math.Round(100 * (1 - left), 5), histogram.Percentile(100 * (1 - left)).Ms()));
        }

        return points;
    }
}

/// <summary>How many requests took between two durations, in milliseconds.</summary>
internal sealed record HistogramBin(double From, double To, long Count)
{
    private const int Wanted = 32;

    /// <summary>Bins of equal ratio, from the fastest to the slowest: a tail ten times as long takes as much room as from one to ten milliseconds.</summary>
    public static IReadOnlyList<HistogramBin> Of(LatencyHistogram histogram)
    {
        if (histogram.Count == 0)
        {
            return [];
        }

        // A run as even as its clock still has bins one can see.
        var from = Math.Max(histogram.Min.TotalMilliseconds, 0.001);
        var width = Math.Max(Math.Log(histogram.Max.TotalMilliseconds / from) / Wanted, 0.01);
        var counts = new long[Wanted];

        foreach (var (middle, count) in histogram.Buckets())
        {
            counts[Math.Clamp((int)(Math.Log(middle.TotalMilliseconds / from) / width), 0, Wanted - 1)] += count;
        }

        var last = Array.FindLastIndex(counts, count => count > 0);
        return [.. counts.Take(last + 1).Select((count, bin) => new HistogramBin(Edge(bin), Edge(bin + 1), count))];

        double Edge(int bin) => Math.Round(from * Math.Exp(bin * width), 3);
    }
}

/// <summary>What the traces say.</summary>
internal sealed record TraceSection(
    int Checked, long Left, int Complete, int Incomplete, int Missing, int Evicted, IReadOnlyDictionary<string, int> MissingSpans, IReadOnlyList<StageRow> Path, IReadOnlyList<StageRow> Members)
{
    public static TraceSection Of(TraceReport traces) => new(
        traces.Checked, traces.Left, traces.Complete, traces.Incomplete, traces.Missing, traces.Evicted, traces.Problems,
        [.. traces.Stages.Select(StageRow.Of)], [.. traces.Members.Select(StageRow.Of)]);
}

/// <summary>A stage, in milliseconds.</summary>
internal sealed record StageRow(string Stage, double Mean, double P50, double P95)
{
    public static StageRow Of(StageTime time) => new(time.Name, time.Mean.Ms(), time.P50.Ms(), time.P95.Ms());
}

/// <summary>A slow request.</summary>
internal sealed record SlowRow(double Ms, double At, string? Error, string? TraceId, string? TraceUrl)
{
    public static SlowRow Of(SlowRequest slow, string traceUrl) => new(
        slow.Latency.Ms(), Math.Round(slow.At.TotalSeconds, 3), slow.Error, slow.TraceId,
        slow.TraceId is null ? null : traceUrl.Replace("{traceId}", slow.TraceId, StringComparison.Ordinal));
}

/// <summary>Times as they are reported.</summary>
internal static class Milliseconds
{
    public static double Ms(this TimeSpan time) => Math.Round(time.TotalMilliseconds, 3);
}
