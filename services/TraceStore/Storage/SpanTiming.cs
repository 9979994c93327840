namespace InferenceTracing.TraceStore.Storage;

/// <summary>What the Monitor tab wants to know of a span: which operation, when, how long, and whether it failed.</summary>
/// <param name="StartNanos">Nanoseconds since the Unix epoch.</param>
/// <param name="DurationNanos">Zero where the end lies before the start.</param>
/// <param name="Failed">Whether its status is an error.</param>
internal readonly record struct SpanTiming(Operation Operation, ulong StartNanos, ulong DurationNanos, bool Failed)
{
    public static SpanTiming Of(Model.Span span) =>
        new(new Operation(span.Name, span.Kind), span.StartNanos, span.DurationNanos, span.Status == Model.SpanStatus.Error);
}
