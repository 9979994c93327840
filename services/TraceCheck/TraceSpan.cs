namespace InferenceTracing.TraceCheck;

/// <summary>A span as Jaeger's query API tells it.</summary>
/// <param name="Id">16 hex digits.</param>
/// <param name="ParentId">Its parent in the same trace (reference CHILD_OF); null for a root.</param>
/// <param name="Service">Its <c>service.name</c>.</param>
/// <param name="Name">Its name (<c>operationName</c>).</param>
/// <param name="Kind"><c>server</c>, <c>client</c>, <c>internal</c>, …</param>
/// <param name="Start">When it began.</param>
/// <param name="Duration">How long it took.</param>
/// <param name="Tags">Its attributes as text; <c>error</c> is <c>true</c> on a failed one.</param>
/// <param name="Links">Span ids it is linked to (FOLLOWS_FROM), in whatever trace.</param>
public sealed record TraceSpan(
    string Id,
    string? ParentId,
    string Service,
    string Name,
    string Kind,
    DateTimeOffset Start,
    TimeSpan Duration,
    IReadOnlyDictionary<string, string> Tags,
    IReadOnlyList<string> Links)
{
    /// <summary>True when the span is marked as failed.</summary>
    public bool Failed => Tags.GetValueOrDefault("error") == "true";

    /// <summary>As people speak of it: <c>gateway POST /v2/models/{model}/infer (client)</c>.</summary>
    public override string ToString() => $"{Service} {Name} ({Kind})";
}
