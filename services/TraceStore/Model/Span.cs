namespace InferenceTracing.TraceStore.Model;

/// <summary>One span as it came over OTLP.</summary>
internal sealed class Span
{
    public required TraceId TraceId { get; init; }

    public required SpanId SpanId { get; init; }

    /// <summary>Invalid (zero) for a root.</summary>
    public SpanId ParentId { get; init; }

    /// <summary>Never empty (jaeger: internal/jptrace/sanitizer/emptyspanname.go).</summary>
    public required string Name { get; init => field = value.Length > 0 ? value : "empty-span-name"; }

    public SpanKind Kind { get; init; }

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public required ulong StartNanos { get; init; }

    /// <summary>Nanoseconds since the Unix epoch.</summary>
    public required ulong EndNanos { get; init; }

    /// <summary>Zero where the end lies before the start.</summary>
    public ulong DurationNanos => EndNanos > StartNanos ? EndNanos - StartNanos : 0;

    public SpanStatus Status { get; init; }

    public string StatusMessage { get; init; } = "";

    /// <summary>W3C <c>tracestate</c>.</summary>
    public string TraceState { get; init; } = "";

    /// <summary>W3C trace flags in the low byte, OTLP's own above.</summary>
    public uint Flags { get; init; }

    public SpanAttribute[] Attributes { get; init; } = [];

    public uint DroppedAttributes { get; init; }

    public SpanEvent[] Events { get; init; } = [];

    public uint DroppedEvents { get; init; }

    public SpanLink[] Links { get; init; } = [];

    public uint DroppedLinks { get; init; }

    public required SpanOrigin Origin { get; init; }

    public Resource Resource => Origin.Resource;

    public string ServiceName => Origin.Resource.ServiceName;
}

/// <summary>Something that happened during a span.</summary>
/// <param name="TimeNanos">Nanoseconds since the Unix epoch.</param>
internal sealed record SpanEvent(ulong TimeNanos, string Name, SpanAttribute[] Attributes, uint DroppedAttributes);

/// <summary>A reference to a span that is not the parent, such as the other members of a batch.</summary>
internal sealed record SpanLink(
    TraceId TraceId, SpanId SpanId, string TraceState, SpanAttribute[] Attributes, uint DroppedAttributes, uint Flags);

/// <summary>How a span ended, with OTLP's numbers.</summary>
internal enum SpanStatus
{
    Unset = 0,
    Ok = 1,
    Error = 2,
}
