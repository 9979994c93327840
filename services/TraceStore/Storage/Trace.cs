using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// A trace as it was when somebody looked: immutable, and cheap, for the array behind it only ever grows and is shared with the store.
/// </summary>
internal sealed class Trace(TraceId id, Span[] spans, int count, TraceBounds bounds, TagSignature tags)
{
    private TraceSummary? _summary;
    private ServiceCall[]? _calls;

    public TraceId Id { get; } = id;

    /// <summary>The spans in the order they came.</summary>
    public ReadOnlySpan<Span> Spans => spans.AsSpan(0, count);

    public TraceBounds Bounds { get; } = bounds;

    /// <summary>Which tags it may have, to pass over the others quickly. It may already know later spans than this trace shows.</summary>
    public TagSignature Tags { get; } = tags;

    /// <summary>Computed when first asked for, then kept as long as no span joins.</summary>
    public TraceSummary Summary => _summary ??= TraceSummary.Of(this);

    /// <summary>Which services called which in it.</summary>
    public ServiceCall[] Calls => _calls ??= ServiceCall.In(this);
}

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
