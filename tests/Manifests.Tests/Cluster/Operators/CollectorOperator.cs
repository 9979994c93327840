using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster.Operators;

/// <summary>The OpenTelemetry Operator: ports and Services follow from the configuration's endpoints.</summary>
internal static partial class CollectorOperator
{
    private static readonly string[] CopiedToContainer =
        ["image", "env", "envFrom", "volumeMounts", "resources", "securityContext", "livenessProbe", "readinessProbe", "args"];

    private static readonly string[] CopiedToPod = ["volumes", "initContainers", "hostNetwork", "terminationGracePeriodSeconds"];

    public static Expansion Expand(Manifest collector)
    {
        var mode = collector.Spec.Text("mode") ?? "deployment";
        var name = $"{collector.Name}-collector";
        var labels = new Dictionary<string, string>
        {
            ["app.kubernetes.io/managed-by"] = "opentelemetry-operator",
            ["app.kubernetes.io/component"] = "opentelemetry-collector",
            ["app.kubernetes.io/instance"] = $"{collector.Namespace}.{collector.Name}",
            ["app.kubernetes.io/name"] = name,
            ["app.kubernetes.io/part-of"] = "opentelemetry",
        };
        var ports = Ports(collector).ToList();
        ClusterService Service(string suffix, IEnumerable<ContainerPort> of) =>
            new(collector.Namespace, name + suffix, labels,
                [.. of.Select(port => new ServicePort(port.Name, port.Number, port.Number.ToString(), port.Protocol))]);

        return new Expansion
        {
            Workloads = [new(collector, Template(collector, mode == "sidecar" ? [] : labels, ports)) { IsOperated = true,
                Replicas = Replicas(collector) }],
            Services = mode == "sidecar"
                ? [] : [Service("", ports), Service("-headless", ports), Service("-monitoring", [new("monitoring", 8888)])],
            ServiceAccounts = [name],
        };
    }

    private static int Replicas(Manifest collector) =>
        collector.Spec.Int("autoscaler", "maxReplicas") ?? collector.Spec.Int("replicas") ?? 1;

    private static IEnumerable<ContainerPort> Ports(Manifest collector)
    {
        var written = collector.Spec.Items("ports")
            .Select(port => new ContainerPort(port.Text("name"), port.Int("port") ?? 0, port.Text("protocol") ?? "TCP"));
        var config = collector.Spec.At("config");
        var listening = config.Entries("receivers").Concat(config.Entries("extensions").Where(extension => extension.Key == "jaeger_query"))
            .Concat(config.Entries("exporters").Where(exporter => exporter.Key.Split('/')[0] == "prometheus"))
            .SelectMany(component => component.Value.Objects())
            .Select(part => part.Text("endpoint"))
            .OfType<string>()
            .Select(endpoint => PortPattern().Match(endpoint))
            .Where(match => match.Success)
            .Select(match => int.Parse(match.Groups[1].Value))
            .Select(number => new ContainerPort(number switch { 4317 => "otlp-grpc", 4318 => "otlp-http", _ => $"port-{number}" }, number));
        return written.Concat(listening).DistinctBy(port => (port.Number, port.Protocol));
    }

    private static JsonObject Template(Manifest collector, Dictionary<string, string> labels, List<ContainerPort> ports)
    {
        var template = new JsonObject();
        template.Ensure("metadata").Ensure("labels").Put(labels).Put(labels.Count > 0 ? collector.Labels : []);
        template.Ensure("metadata")["annotations"] = collector.Spec.At("podAnnotations")?.DeepClone();
        var spec = template.Ensure("spec");
        spec["securityContext"] = collector.Spec.At("podSecurityContext")?.DeepClone();
        spec.Put("serviceAccountName", collector.Spec.Text("serviceAccount") ?? $"{collector.Name}-collector");
        Copy(collector.Spec, spec, CopiedToPod);
        var container = spec.EnsureContainer("otc-container").PutPorts([.. ports.Select(port => (port.Name!, port.Number))]);
        Copy(collector.Spec, container, CopiedToContainer);
        return template;
    }

    private static void Copy(JsonNode? from, JsonObject to, string[] fields)
    {
        foreach (var field in fields.Where(field => from.At(field) is not null))
        {
            to[field] = from.At(field)!.DeepClone();
        }
    }

    [GeneratedRegex(@":(\d+)$")]
    private static partial Regex PortPattern();
}
