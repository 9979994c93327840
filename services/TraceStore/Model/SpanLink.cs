namespace InferenceTracing.TraceStore.Model;

/// <summary>A reference to a span that is not the parent, such as the other members of a batch.</summary>
internal sealed record SpanLink(
    TraceId TraceId, SpanId SpanId, string TraceState, SpanAttribute[] Attributes, uint DroppedAttributes, uint Flags)
{
    /// <summary>Memory taken, about.</summary>
    public int Bytes => 80 + (2 * TraceState.Length) + Attributes.Sum(attribute => attribute.Bytes);
}
