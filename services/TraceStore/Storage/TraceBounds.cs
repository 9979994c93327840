using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>The outermost times of a trace's spans, in nanoseconds since the Unix epoch, and its longest and shortest span.</summary>
internal readonly record struct TraceBounds(ulong FirstStart, ulong LastStart, ulong End, ulong ShortestNanos, ulong LongestNanos)
{
    public static readonly TraceBounds None = new(ulong.MaxValue, 0, 0, ulong.MaxValue, 0);

    public TraceBounds With(Span span) => new(
        Math.Min(FirstStart, span.StartNanos),
        Math.Max(LastStart, span.StartNanos),
        Math.Max(End, Math.Max(span.StartNanos, span.EndNanos)),
        Math.Min(ShortestNanos, span.DurationNanos),
        Math.Max(LongestNanos, span.DurationNanos));
}
