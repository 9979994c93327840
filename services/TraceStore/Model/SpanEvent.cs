namespace InferenceTracing.TraceStore.Model;

/// <summary>Something that happened during a span.</summary>
/// <param name="TimeNanos">Nanoseconds since the Unix epoch.</param>
internal sealed record SpanEvent(ulong TimeNanos, string Name, SpanAttribute[] Attributes, uint DroppedAttributes)
{
    /// <summary>Memory taken, about.</summary>
    public int Bytes => 56 + Attributes.Sum(attribute => attribute.Bytes);
}
