using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>One entry of a NetworkPolicy's ingress or egress: the pods it is about, who is on the other side, and the ports.</summary>
internal sealed class PolicyRule(Manifest policy, bool isEgress, JsonNode rule, ClusterView cluster)
{
    private readonly List<JsonNode> _peers = [.. rule.Items(isEgress ? "to" : "from")];

    private readonly List<JsonNode> _ports = [.. rule.Items("ports")];

    public Manifest Policy => policy;

    public bool IsEgress => isEgress;

    public IReadOnlyList<JsonNode> Ports => _ports;

    public IReadOnlyList<Workload> Selected { get; } =
        [.. cluster.Workloads
            .Where(pod => pod.Namespace == policy.Namespace && LabelSelector.Matches(policy.Spec.At("podSelector"), pod.Labels))];

    /// <summary>The rendered pods on the other side.</summary>
    public IEnumerable<Workload> Peers =>
        cluster.Workloads.Where(pod => pod.Labels.Count > 0 && (_peers.Count == 0 || _peers.Any(peer => IsPeer(peer, pod))));

    /// <summary>
    /// The other side as far as it is not in the render: <c>namespace:traefik</c>, <c>ip:10.0.0.0/8</c> or <c>anywhere</c>.
    /// </summary>
    public IEnumerable<string> Outside => _peers.Count == 0 ? ["anywhere"] : _peers.SelectMany(OutsideOf).Distinct();

    public IEnumerable<JsonNode> Blocks => _peers.Select(peer => peer.At("ipBlock")).OfType<JsonNode>();

    /// <summary>Peers that neither match a pod nor mean something outside.</summary>
    public IEnumerable<JsonNode> Idle => _peers.Where(peer => !OutsideOf(peer).Any() && !cluster.Workloads.Any(pod => IsPeer(peer, pod)));

    public bool Opens(ContainerPort port) => _ports.Count == 0 || _ports.Any(open => Opens(open, port));

    public static bool Opens(JsonNode open, ContainerPort port)
    {
        if ((open.Text("protocol") ?? "TCP") != port.Protocol)
        {
            return false;
        }

        return open.Int("port") is { } first && open.Int("endPort") is { } last
            ? first <= port.Number && port.Number <= last
            : open.Text("port") is null || port.Is(open.Text("port")!);
    }

    private bool IsPeer(JsonNode peer, Workload pod) =>
        peer.At("ipBlock") is null
        && LabelSelector.Matches(peer.At("podSelector"), pod.Labels)
        && (peer.At("namespaceSelector") is { } spaces
            ? LabelSelector.Matches(spaces, LabelsOf(pod.Namespace)) : pod.Namespace == policy.Namespace);

    private IEnumerable<string> OutsideOf(JsonNode peer)
    {
        if (peer.Text("ipBlock", "cidr") is { } cidr)
        {
            return [$"ip:{cidr}"];
        }

        if (peer.At("namespaceSelector") is not { } spaces)
        {
            return [];
        }

        var named = spaces.Text("matchLabels", "kubernetes.io/metadata.name") is { } one
            ? [one]
            : spaces.Items("matchExpressions").Where(expression => expression.Text("key") == "kubernetes.io/metadata.name")
                .SelectMany(expression => expression.Texts("values")).ToList();
        return named.Count == 0
            ? cluster.Namespaces.Any(space => LabelSelector.Matches(spaces, LabelsOf(space.Name))) && spaces.Entries().Any()
                ? [] : ["namespace:*"]
            : named.Where(name => cluster.Namespaces.All(space => space.Name != name)).Select(name => $"namespace:{name}");
    }

    private Dictionary<string, string> LabelsOf(string space)
    {
        var labels = cluster.Namespaces.FirstOrDefault(item => item.Name == space)?.Labels ?? [];
        labels["kubernetes.io/metadata.name"] = space;
        return labels;
    }
}
