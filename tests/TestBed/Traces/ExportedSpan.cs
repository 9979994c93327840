using System.Diagnostics;

namespace InferenceTracing.TestBed.Traces;

/// <summary>A log record as it left a service over OTLP.</summary>
internal sealed record ExportedLog(string TraceId, string Text);

/// <summary>A span as it left a service over OTLP.</summary>
internal sealed record ExportedSpan
{
    public string TraceId { get; set; } = "";

    public string Id { get; set; } = "";

    /// <summary>Null for a root.</summary>
    public string? ParentId { get; set; }

    public string Name { get; set; } = "";

    public ActivityKind Kind { get; set; }

    public ActivityStatusCode Status { get; set; }

    /// <summary>Attributes as text.</summary>
    public Dictionary<string, string> Attributes { get; } = [];

    /// <summary>Names of its events.</summary>
    public List<string> Events { get; } = [];

    /// <summary>The attributes of whoever sent it.</summary>
    public Dictionary<string, string> Resource { get; set; } = [];

    public string? this[string attribute] => Attributes.GetValueOrDefault(attribute);

    public override string ToString() => $"{Resource.GetValueOrDefault("service.name")} {Name} ({Kind}, {TraceId}/{Id} below {ParentId ?? "nothing"})";
}
