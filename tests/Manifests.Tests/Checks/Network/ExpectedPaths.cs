using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>Paths that no configuration names and that are meant all the same. Whatever is neither needed nor here is a finding.</summary>
internal static partial class ExpectedPaths
{
    /// <summary>
    /// Where the API server listens behind its Service: managed, kubeadm, minikube. Policies see the port after translation.
    /// </summary>
    public static readonly int[] ApiServerPorts = [443, 6443, 8443];

    public const int Dns = 53;

    private static readonly Dictionary<string, string> Controllers = new()
    {
        ["traefik"] = "namespace:traefik",
        ["nginx"] = "namespace:ingress-nginx",
    };

    private static readonly string[] PrivateRanges = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16"];

    // Copies of one thing talk to each other: always on the first ports, now and then on the others (ECK's hook before a node stops asks
    // 9200).
    private static readonly (string Image, bool IsOperated, int[] Needed, int[] Possible)[] AmongThemselves =
    [
        ("elasticsearch", true, [9300], [9200]),
        ("elasticsearch", false, [9300], []),
        ("cassandra", false, [7000], []),
        ("kafka", true, [9090, 9091], [9092, 9093]),
        ("kafka", false, [], [9090, 9091, 9092, 9093]),
        ("postgres", true, [5432, 8000], []),
    ];

    // Operators look after what they made, from the namespaces that their makers install them in.
    private static readonly (string Outside, string Image, int[] Needed, int[] Possible)[] Operators =
    [
        ("namespace:elastic-system", "elasticsearch", [9200], []),
        ("namespace:cnpg-system", "postgres", [8000], [5432]),
        ("namespace:strimzi", "kafka", [9090, 9091], [8443]),
    ];

    // The monitoring, where there is one, reads metrics.
    private static readonly int[] MetricsPorts = [8888, 8889, 9187, 9404];

    public static string ControllerOf(string ingressClass) => Controllers.GetValueOrDefault(ingressClass, $"namespace:{ingressClass}");

    public static bool Between(Workload from, Workload to, ContainerPort port) =>
        (from == to && AmongThemselves
            .Any(entry => entry.IsOperated == to.IsOperated && IsOf(to, entry.Image)
            && entry.Needed.Concat(entry.Possible).Contains(port.Number)))
        || (IsEntityOperator(from) && IsOf(to, "kafka") && port.Number is 9090 or 9091);

    /// <summary>What a cluster of several nodes cannot be without, and an entity operator not without its brokers.</summary>
    public static IEnumerable<Need> AmongNodes(ClusterView cluster) =>
        from to in cluster.Workloads
        from pair in (IEnumerable<(Workload From, int Number)>)
        [
            .. to.Replicas > 1
                ? AmongThemselves.Where(entry => entry.IsOperated == to.IsOperated && IsOf(to, entry.Image))
                .SelectMany(entry => entry.Needed).Select(number => (to, number)) : [],
            .. cluster.Workloads.Where(caller => IsEntityOperator(caller) && to.Owner.Kind == "KafkaNodePool")
                .Select(caller => (caller, 9091)),
        ]
        let port = to.Ports.FirstOrDefault(port => port.Number == pair.Number)
        where port is not null
        select new Need(pair.From, null, to, port, "its nodes make one cluster");

    // Strimzi's topic and user operators run beside the brokers, in a pod that the Kafka resource describes.
    private static bool IsEntityOperator(Workload pod) => pod.Owner is { Kind: "Kafka", Group: "kafka.strimzi.io" };

    public static bool From(string outside, Workload to, ContainerPort port) =>
        (outside == "namespace:monitoring" && MetricsPorts.Contains(port.Number))
        || (to.IsOperated
            && Operators.Any(entry => entry.Outside == outside && IsOf(to, entry.Image)
            && entry.Needed.Concat(entry.Possible).Contains(port.Number)));

    /// <summary>Operators must reach what they made, and everybody a door.</summary>
    public static IEnumerable<Need> FromOutside(RenderedManifests manifests) =>
        from to in manifests.Cluster.Workloads
        from port in to.Ports
        from need in (IEnumerable<Need>)
        [
            .. Operators.Where(entry => to.IsOperated && to.Owner.Kind != "Kafka" && IsOf(to, entry.Image)
                && entry.Needed.Contains(port.Number))
                .Select(entry => new Need(null, entry.Outside, to, port, "its operator looks after it")),
            .. IsDoor(to, port, manifests) ? [new Need(null, "anywhere", to, port, "it is a door")] : Array.Empty<Need>(),
        ]
        select need;

    /// <summary>Doors: behind a Service of type LoadBalancer or NodePort everybody may knock.</summary>
    public static bool IsDoor(Workload to, ContainerPort port, RenderedManifests manifests) => manifests.OfKind("Service")
        .Where(item => item.Namespace == to.Namespace && item.Spec.Text("type") is "LoadBalancer" or "NodePort"
            && to.Matches(item.Spec.Map("selector")))
        .Any(item => item.Spec.Items("ports").Any(open => port.Is(open.Text("targetPort") ?? open.Text("port") ?? "")));

    /// <summary>Model servers fetch their models from public mirrors, over HTTPS; what is private stays closed to them.</summary>
    public static bool ToInternet(Workload from, PolicyRule rule) =>
        FetchesModels(from)
        && rule.Ports.Count > 0 && rule.Ports.All(port => port.Int("port") == 443)
        && rule.Blocks.All(block => PrivateRanges.All(block.Texts("except").Contains));

    /// <summary>True for what fetches its model when it starts.</summary>
    public static bool FetchesModels(Workload pod) => IsOf(pod, "model-?server");

    /// <summary>
    /// Ports of a namespace that is not ours which the pod's own configuration names, as in <c>http://prometheus.monitoring:9090</c>.
    /// </summary>
    public static IEnumerable<int> Asked(Workload pod, string outside, RenderedManifests manifests) =>
        from told in new PodTexts(manifests).Of(pod)
        from match in ForeignPattern().Matches(told.Text)
        where outside == $"namespace:{match.Groups["space"].Value}"
        select int.Parse(match.Groups["port"].Value);

    [GeneratedRegex(@"://[a-z0-9-]+\.(?<space>[a-z0-9-]+)(\.svc[a-z.]*)?:(?<port>\d+)")]
    private static partial Regex ForeignPattern();

    private static bool IsOf(Workload pod, string image) =>
        image.Length == 0 || (image == "postgres" && pod.Owner.Group == "postgresql.cnpg.io")
        || pod.Containers.Any(container => Regex.IsMatch(container.Image, $@"\b{image}\b"));
}
