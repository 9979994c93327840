using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// What counts as a tag of a span in a search: its attributes, those of its resource, scope and events, and the fields that Jaeger shows as tags.
/// </summary>
internal static class SpanTags
{
    /// <summary>Whether the span failed, by its status.</summary>
    public const string Error = "error";

    /// <summary>How a flag is written in a search.</summary>
    public const string True = "true";

    private const string Kind = "span.kind";
    private const string Status = "otel.status_code";
    private const string StatusDescription = "otel.status_description";
    private const string ScopeName = "otel.scope.name";
    private const string ScopeVersion = "otel.scope.version";
    private const string TraceState = "w3c.tracestate";
    private const string ServiceName = "service.name";

    /// <summary>The name of an event of the span.</summary>
    public const string Event = "event";

    /// <summary>Tags that are fields of a span rather than attributes.</summary>
    public static bool IsBuiltIn(string key) =>
        key is Error or Kind or Status or StatusDescription or ScopeName or ScopeVersion or TraceState or ServiceName;

    public static bool Has(Span span, string key, string value) => key switch
    {
        Error => value == (span.Status == SpanStatus.Error ? True : "false") || HasAttribute(span, key, value),
        Kind => value == span.Kind.Text(),
        Status => string.Equals(value, span.Status.ToString(), StringComparison.OrdinalIgnoreCase),
        StatusDescription => value == span.StatusMessage,
        ScopeName => value == span.Origin.Scope.Name,
        ScopeVersion => value == span.Origin.Scope.Version,
        TraceState => value == span.TraceState,
        ServiceName => value == span.ServiceName,
        Event => Array.Exists(span.Events, happened => happened.Name == value) || HasAttribute(span, key, value),
        _ => HasAttribute(span, key, value),
    };

    private static bool HasAttribute(Span span, string key, string value) =>
        Has(span.Attributes, key, value)
        || Has(span.Resource.Attributes, key, value)
        || Has(span.Origin.Scope.Attributes, key, value)
        || Array.Exists(span.Events, happened => Has(happened.Attributes, key, value));

    private static bool Has(SpanAttribute[] attributes, string key, string value)
    {
        foreach (var attribute in attributes)
        {
            if (attribute.Key == key && attribute.Value.ToString() == value)
            {
                return true;
            }
        }

        return false;
    }
}
