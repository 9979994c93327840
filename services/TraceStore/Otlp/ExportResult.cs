namespace InferenceTracing.TraceStore.Otlp;

/// <summary>The answer to an export: an <c>ExportTraceServiceResponse</c>.</summary>
/// <param name="Rejected">Spans not stored, never to be sent again.</param>
/// <param name="Reason">One line about them; null when all are stored.</param>
internal sealed record ExportResult(int Rejected, string? Reason);
