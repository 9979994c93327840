namespace InferenceTracing.TraceStore.Model;

/// <summary>Who made a span: one service instance.</summary>
internal sealed class Resource
{
    /// <summary>What Jaeger calls a service that did not say its name.</summary>
    public const string NamelessService = "OTLPResourceNoServiceName";

    public static readonly Resource Unknown = new(NamelessService, []);

    public Resource(string serviceName, SpanAttribute[] attributes)
    {
        ServiceName = serviceName;
        Attributes = attributes;
        Bytes = 64 + attributes.Sum(attribute => attribute.Bytes);
    }

    /// <summary><c>service.name</c>.</summary>
    public string ServiceName { get; }

    /// <summary>Everything it said, <c>service.name</c> included.</summary>
    public SpanAttribute[] Attributes { get; }

    /// <summary>Memory taken, about.</summary>
    public int Bytes { get; }

    /// <summary>The service's name out of its attributes.</summary>
    public static string NameIn(SpanAttribute[] attributes)
    {
        foreach (var (key, value) in attributes)
        {
            if (key == "service.name" && value.ToString() is { Length: > 0 } name)
            {
                return name;
            }
        }

        return NamelessService;
    }
}
