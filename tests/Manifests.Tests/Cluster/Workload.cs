using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster;

/// <summary>What makes pods: a Deployment, a Job, or an operator's resource.</summary>
internal sealed class Workload(Manifest owner, JsonNode template)
{
    public Manifest Owner => owner;

    public string Namespace => owner.Namespace;

    /// <summary>True where an operator writes the pods and we only parts of them.</summary>
    public bool IsOperated { get; init; }

    public int Replicas { get; init; } = 1;

    public JsonNode? PodSpec => template["spec"];

    public Dictionary<string, string> Labels => template.Map("metadata", "labels");

    public Dictionary<string, string> Annotations => template.Map("metadata", "annotations");

    /// <summary>False for what ends by itself.</summary>
    public bool RunsForever => owner.Kind is not ("Job" or "CronJob");

    public IReadOnlyList<Container> Containers { get; } =
    [
        .. template["spec"].Items("initContainers").Select(node => new Container(node, IsInit: true)),
        .. template["spec"].Items("containers").Select(node => new Container(node, IsInit: false)),
    ];

    public IEnumerable<ContainerPort> Ports => Containers.SelectMany(container => container.Ports);

    public IEnumerable<JsonNode> ClaimTemplates => owner.Spec.Items("volumeClaimTemplates");

    public string ServiceAccount => PodSpec.Text("serviceAccountName") ?? "default";

    /// <summary>The pod's volume of that name; a claim template counts as a volume.</summary>
    public JsonNode? Volume(string name) =>
        PodSpec.Items("volumes").FirstOrDefault(volume => volume.Text("name") == name)
        ?? ClaimTemplates.FirstOrDefault(claim => claim.Text("metadata", "name") == name);

    public bool Matches(IReadOnlyDictionary<string, string> selector) =>
        selector.All(wanted => Labels.TryGetValue(wanted.Key, out var value) && value == wanted.Value);

    public override string ToString() => owner.ToString();
}
