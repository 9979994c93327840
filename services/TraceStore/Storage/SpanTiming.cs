namespace InferenceTracing.TraceStore.Storage;

/// <summary>One span's part in the figures of its service: what was done, when (nanoseconds since the Unix epoch), for how long, and whether it failed.</summary>
internal readonly record struct SpanTiming(Operation Operation, ulong StartNanos, ulong DurationNanos, bool Failed);

/// <summary>What a service does: a span name and the kind of span that bears it.</summary>
internal readonly record struct Operation(string Name, Model.SpanKind Kind);
