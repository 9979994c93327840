using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>A trace as it was when somebody looked.</summary>
internal sealed class Trace(TraceId id, Span[] spans)
{
    public TraceId Id { get; } = id;

    /// <summary>The spans in the order they came.</summary>
    public Span[] Spans { get; } = spans;

    public TraceBounds Bounds { get; } = spans.Aggregate(TraceBounds.None, (bounds, span) => bounds.With(span));
}

/// <summary>The outermost times of a trace's spans, in nanoseconds since the Unix epoch.</summary>
internal readonly record struct TraceBounds(ulong FirstStart, ulong End)
{
    public static readonly TraceBounds None = new(ulong.MaxValue, 0);

    public TraceBounds With(Span span) =>
        new(Math.Min(FirstStart, span.StartNanos), Math.Max(End, Math.Max(span.StartNanos, span.EndNanos)));
}

/// <summary>One span's part in the figures of its service: what was done, when (nanoseconds since the Unix epoch), for how long, and whether it failed.</summary>
internal readonly record struct SpanTiming(Operation Operation, ulong StartNanos, ulong DurationNanos, bool Failed);

/// <summary>What a service does: a span name and the kind of span that bears it.</summary>
internal readonly record struct Operation(string Name, Model.SpanKind Kind);
