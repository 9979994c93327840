namespace InferenceTracing.TraceStore.Model;

/// <summary>
/// Where the spans of one OTLP block come from, shared by all of them. Settable, because on the wire the spans may stand before the
/// resource and scope they belong to; nobody sees a span before its block is read to the end.
/// </summary>
internal sealed class SpanOrigin
{
    public Resource Resource { get; set; } = Resource.Unknown;

    public Scope Scope { get; set; } = Scope.Unknown;
}

/// <summary>The library that made a span.</summary>
internal sealed record Scope(string Name, string Version, SpanAttribute[] Attributes)
{
    public static readonly Scope Unknown = new("", "", []);
}
