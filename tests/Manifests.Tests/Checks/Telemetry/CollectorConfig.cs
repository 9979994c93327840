using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>A collector's or Jaeger's configuration, as written, beside the container that reads it.</summary>
internal sealed record CollectorConfig(Workload Pod, Container Container, Binary Binary, JsonNode Root, IReadOnlyDictionary<string,
    string> Environment)
{
    /// <summary>Components of one kind by id, such as <c>otlp/edge</c>.</summary>
    public IEnumerable<KeyValuePair<string, JsonNode?>> Of(string kind) => Root.Entries(kind);

    public IEnumerable<KeyValuePair<string, JsonNode?>> Pipelines => Root.Entries("service", "pipelines");

    public bool Has(string kind, string type) => Of(kind).Any(component => TypeOf(component.Key) == type);

    /// <summary>The component's type without its name: <c>otlp</c> of <c>otlp/edge</c>.</summary>
    public static string TypeOf(string id) => id.Split('/')[0];

    public Finding Finding(string problem) => new(Pod.ToString(), problem);
}
