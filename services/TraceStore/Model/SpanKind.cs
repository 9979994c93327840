namespace InferenceTracing.TraceStore.Model;

/// <summary>The role of a span, with OTLP's numbers (opentelemetry/proto/trace/v1, <c>Span.SpanKind</c>).</summary>
internal enum SpanKind : byte
{
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}
