namespace InferenceTracing.TraceStore.Model;

/// <summary>Where the spans of one OTLP block come from, shared by all of them.</summary>
internal sealed class SpanOrigin
{
    public Resource Resource { get; init; } = Resource.Unknown;

    public Scope Scope { get; init; } = Scope.Unknown;
}

/// <summary>The library that made a span.</summary>
internal sealed record Scope(string Name, string Version, SpanAttribute[] Attributes)
{
    public static readonly Scope Unknown = new("", "", []);
}
