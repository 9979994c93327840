namespace InferenceTracing.TraceStore.Model;

/// <summary>Who made a span: one service instance.</summary>
internal sealed class Resource
{
    // What Jaeger calls a service that does not say its name properly (jaeger: internal/jptrace/sanitizer/emptyservicename.go).
    private const string MissingName = "missing-service-name";
    private const string EmptyName = "empty-service-name";
    private const string WrongName = "service-name-wrong-type";

    public static readonly Resource Unknown = new(MissingName, []);

    public Resource(string serviceName, SpanAttribute[] attributes)
    {
        ServiceName = serviceName;
        Attributes = attributes;
    }

    /// <summary><c>service.name</c>.</summary>
    public string ServiceName { get; }

    /// <summary>Everything it said, <c>service.name</c> included.</summary>
    public SpanAttribute[] Attributes { get; }

    /// <summary>The service's name out of its attributes.</summary>
    public static string NameIn(SpanAttribute[] attributes)
    {
        foreach (var (key, value) in attributes)
        {
            if (key == "service.name")
            {
                return value.Kind != AttributeKind.Text ? WrongName : value.Text.Length > 0 ? value.Text : EmptyName;
            }
        }

        return MissingName;
    }
}
