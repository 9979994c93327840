using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Traces;

namespace InferenceTracing.LoadGenerator.Report;

/// <summary>Requests in numbers.</summary>
internal sealed record Totals(long Due, long Answered, long Failed, long Degraded, long Unfinished, double AnsweredPerSecond, double ErrorShare);

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

/// <summary>One address.</summary>
internal sealed record TargetRow(string Target, long Answered, long Failed, double P50, double P95, double P99)
{
    public static TargetRow Of(TargetCount count) => new(
        count.Target.ToString(), count.Answered, count.Failed,
        count.Latency.Percentile(50).Ms(), count.Latency.Percentile(95).Ms(), count.Latency.Percentile(99).Ms());
}

/// <summary>A stretch of the run, rates a second.</summary>
internal sealed record SliceRow(double At, double Due, double Answered, double Failed, int InFlight, double P50, double P95, double P99, double Max)
{
    public static SliceRow Of(TimeSlice slice, TimeSpan at, TimeSpan width) => new(
        at.TotalSeconds,
        Math.Round(slice.Due / width.TotalSeconds, 3),
        Math.Round(slice.Answered / width.TotalSeconds, 3),
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
