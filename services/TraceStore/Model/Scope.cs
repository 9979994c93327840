namespace InferenceTracing.TraceStore.Model;

/// <summary>The library that made a span.</summary>
internal sealed record Scope(string Name, string Version, SpanAttribute[] Attributes)
{
    public static readonly Scope Unknown = new("", "", []);
}
