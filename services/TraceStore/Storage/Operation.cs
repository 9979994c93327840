using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>What a service does: a span name and the kind of span that bears it.</summary>
internal readonly record struct Operation(string Name, SpanKind Kind);
