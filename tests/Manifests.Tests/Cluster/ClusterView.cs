using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Cluster.Operators;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster;

/// <summary>The objects as the pods, services, secrets and accounts they amount to.</summary>
internal sealed class ClusterView
{
    private readonly HashSet<string> _serviceAccounts;

    public ClusterView(RenderedManifests manifests)
    {
        var expansions = manifests.Objects.Select(item => (Item: item, Made: Expansions.Of(item, manifests))).ToList();

        Workloads = [.. PodTemplates.Of(manifests), .. expansions.SelectMany(expansion => expansion.Made.Workloads)];
        Services = [.. manifests.OfKind("Service").Select(Service), .. expansions.SelectMany(expansion => expansion.Made.Services)];
        Keyed =
        [
            .. manifests.OfKind("ConfigMap")
                .Select(map => new KeyedObject("ConfigMap", map.Namespace, map.Name, KeysOf(map, "data", "binaryData"))),
            .. manifests.OfKind("Secret")
                .Select(secret => new KeyedObject("Secret", secret.Namespace, secret.Name, KeysOf(secret, "data", "stringData"))),
            .. expansions.SelectMany(expansion => expansion.Made.Keyed),
            .. Trusted("Secret", manifests.Tree.Trusted.Items("secrets")),
            .. Trusted("ConfigMap", manifests.Tree.Trusted.Items("configMaps")),
        ];
        _serviceAccounts =
        [
            .. manifests.OfKind("ServiceAccount").Select(account => $"{account.Namespace}/{account.Name}"),
            .. expansions.SelectMany(expansion => expansion.Made.ServiceAccounts.Select(name => $"{expansion.Item.Namespace}/{name}")),
        ];
        Namespaces = [.. manifests.OfKind("Namespace")];
    }

    public IReadOnlyList<Workload> Workloads { get; }

    public IReadOnlyList<ClusterService> Services { get; }

    /// <summary>Secrets and ConfigMaps, with those that are only made at run time.</summary>
    public IReadOnlyList<KeyedObject> Keyed { get; }

    public IReadOnlyList<Manifest> Namespaces { get; }

    public bool HasServiceAccount(string space, string name) => name == "default" || _serviceAccounts.Contains($"{space}/{name}");

    public ClusterService? Service(string space, string? name) =>
        Services.FirstOrDefault(service => service.Namespace == space && service.Name == name);

    public KeyedObject? FindKeyed(string kind, string space, string? name) => kind == "ConfigMap" && name == "kube-root-ca.crt"
        ? new KeyedObject(kind, space, name, ["ca.crt"])
        : Keyed.FirstOrDefault(item => item.Kind == kind && item.Namespace == space && item.Name == name);

    public IEnumerable<Workload> Behind(ClusterService service) =>
        Workloads.Where(workload => workload.Namespace == service.Namespace && service.Selector.Count > 0
            && workload.Matches(service.Selector));

    private static ClusterService Service(Manifest item) => new(
        item.Namespace,
        item.Name,
        item.Spec.Map("selector"),
        [
            .. item.Spec.Items("ports").Select(port => new ServicePort(
                port.Text("name"),
                port.Int("port") ?? 0,
                port.Text("targetPort") ?? port.Text("port") ?? "",
                port.Text("protocol") ?? "TCP")),
        ]);

    private static string[] KeysOf(Manifest item, params string[] fields) =>
        [.. fields.SelectMany(field => item.Root.Entries(field)).Select(entry => entry.Key)];

    private static IEnumerable<KeyedObject> Trusted(string kind, IEnumerable<JsonNode> entries) =>
        from entry in entries
        let name = entry.Text("name")?.Split('/')
        where name is { Length: 2 }
        select new KeyedObject(kind, name[0], name[1], [.. entry.Texts("keys")]) { Reaches = entry.Text("reaches") };
}
