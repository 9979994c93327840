namespace InferenceTracing.TraceStore.Model;

/// <summary>One log record as it came over OTLP (opentelemetry/proto/logs/v1).</summary>
internal sealed class LogRecord
{
    /// <summary>Invalid (zero) where the record belongs to no trace.</summary>
    public TraceId TraceId { get; init; }

    /// <summary>Invalid (zero) where it belongs to no span.</summary>
    public SpanId SpanId { get; init; }

    /// <summary>When it happened, in nanoseconds since the Unix epoch; when it was seen, where the sender did not say.</summary>
    public required ulong TimeNanos { get; init; }

    /// <summary>When it was collected, in nanoseconds since the Unix epoch.</summary>
    public ulong ObservedNanos { get; init; }

    /// <summary>1 (finest) to 24 (fatal); 0 where the sender did not say.</summary>
    public int Severity { get; init; }

    /// <summary>The sender's word for it, such as <c>Warning</c>.</summary>
    public string Level { get; init; } = "";

    /// <summary>The kind of event, if it is one.</summary>
    public string EventName { get; init; } = "";

    /// <summary>W3C trace flags.</summary>
    public uint Flags { get; init; }

    public AttributeValue Body { get; init; }

    public SpanAttribute[] Attributes { get; init; } = [];

    public uint DroppedAttributes { get; init; }

    /// <summary>The service, and as the scope's name the logger's category.</summary>
    public required SpanOrigin Origin { get; init; }
}
