namespace InferenceTracing.TraceStore.Model;

/// <summary>The role of a span, with OTLP's numbers (opentelemetry/proto/trace/v1, <c>Span.SpanKind</c>).</summary>
internal enum SpanKind
{
    Unspecified = 0,
    Internal = 1,
    Server = 2,
    Client = 3,
    Producer = 4,
    Consumer = 5,
}

/// <summary>How Jaeger spells span kinds: lower case, and nothing for an unspecified one.</summary>
internal static class SpanKinds
{
    public static string Text(this SpanKind kind) => kind switch
    {
        SpanKind.Internal => "internal",
        SpanKind.Server => "server",
        SpanKind.Client => "client",
        SpanKind.Producer => "producer",
        SpanKind.Consumer => "consumer",
        _ => "",
    };
}
