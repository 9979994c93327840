namespace InferenceTracing.TraceStore.Model;

/// <summary>One key and its value, on a span, event, link, scope or resource.</summary>
internal readonly record struct SpanAttribute(string Key, AttributeValue Value)
{
    /// <summary>Memory taken beside the key, which is shared.</summary>
    public int Bytes => 32 + Value.Bytes;
}
