using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>What a collector calls is a Service and port that exist and speak its protocol.</summary>
internal sealed class EndpointCheck : IManifestCheck
{
    public string Name => "telemetry-endpoints";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        from config in ConfigFiles.Of(manifests)
        from address in OutgoingAddress.Of(config)
        let problem = Problem(address, config, manifests.Cluster)
        where problem is not null
        select config.Finding($"{address.Component}: {address.Text} {problem}");

    private static string? Problem(OutgoingAddress address, CollectorConfig config, ClusterView cluster)
    {
        var (host, port) = address.Parsed();
        if (host?.Split('.') is [_, var space, ..] && cluster.Namespaces.All(own => own.Name != space))
        {
            return null; // Somebody else's namespace.
        }

        if (host is null || Addresses.Resolve(host, config.Pod.Namespace, cluster) is not { } service)
        {
            return "is no Service";
        }

        if (service.Port(port.ToString()) is null
            && !cluster.Behind(service).SelectMany(pod => pod.Ports).Any(declared => declared.Number == port))
        {
            return $"asks for port {port}, which {service} does not have";
        }

        // Balancers call pods, and the names of those are only in a headless Service; that it is one the services' check cannot know.
        var type = CollectorConfig.TypeOf(address.Component.Split(' ')[^1]);
        return (type, port) switch
        {
            ("otlp_grpc" or "otlp" or "load_balancing" or "loadbalancing", 4318) => "is OTLP over HTTP, but the exporter speaks gRPC",
            ("otlp_http" or "otlphttp", 4317) => "is OTLP over gRPC, but the exporter speaks HTTP",
            _ => null,
        };
    }
}
