using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Viewer;

/// <summary>The texts of a span under a key: of its attributes, those of its events, resource and scope, and of the fields that Jaeger shows as tags.</summary>
internal static class SpanFields
{
    public const string Name = "name";

    public static IEnumerable<string> Of(Span span, string key) => Own(span, key) is { Length: > 0 } own
        ? Attributes(span, key).Append(own)
        : Attributes(span, key);

    private static string? Own(Span span, string key) => key switch
    {
        Name => span.Name,
        "service.name" => span.ServiceName,
        "error" => span.Status == SpanStatus.Error ? "true" : "false",
        "span.kind" => span.Kind.Text(),
        "otel.status_code" => span.Status.ToString().ToUpperInvariant(),
        "otel.status_description" => span.StatusMessage,
        "otel.scope.name" => span.Origin.Scope.Name,
        "otel.scope.version" => span.Origin.Scope.Version,
        "w3c.tracestate" => span.TraceState,
        _ => null,
    };

    private static IEnumerable<string> Attributes(Span span, string key) =>
        ((SpanAttribute[][])[span.Attributes, span.Resource.Attributes, span.Origin.Scope.Attributes, .. span.Events.Select(happened => happened.Attributes)])
            .SelectMany(attributes => attributes)
            .Where(attribute => attribute.Key == key)
            .Select(attribute => attribute.Value.ToString())
            .Concat(key == "event" ? span.Events.Select(happened => happened.Name) : []);
}
