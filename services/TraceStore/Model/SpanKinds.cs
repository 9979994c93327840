namespace InferenceTracing.TraceStore.Model;

/// <summary>How Jaeger spells span kinds: lower case, and nothing for an unspecified one.</summary>
internal static class SpanKinds
{
    /// <summary>Numbers this build does not know count as unspecified.</summary>
    public static SpanKind FromWire(int number) => number is >= 0 and <= (int)SpanKind.Consumer ? (SpanKind)number : SpanKind.Unspecified;

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
