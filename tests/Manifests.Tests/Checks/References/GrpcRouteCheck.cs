using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>
/// What leads to a gRPC port says so: unasked, every controller talks HTTP/1.1 to its backends, and no call gets through.
/// </summary>
internal sealed class GrpcRouteCheck : IManifestCheck
{
    private const string TraefikScheme = "traefik.ingress.kubernetes.io/service.serversscheme";

    private const string NginxProtocol = "nginx.ingress.kubernetes.io/backend-protocol";

    public string Name => "grpc-routes";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        from route in Route.Of(manifests)
        let service = manifests.OfKind("Service").FirstOrDefault(item => item.Namespace == route.Namespace && item.Name == route.Service)
        let port = manifests.Cluster.Service(route.Namespace, route.Service)?.Port(route.Port)
        where service is not null && port is not null && IsGrpc(port) && !IsTold(route, service, port)
        select new Finding(route.From.ToString(), $"leads to gRPC at {service}:{port.Number} without saying h2c");

    private static bool IsGrpc(ServicePort port) => port.Number is 4317 or 16685
        || port.Name?.Contains("grpc", StringComparison.Ordinal) == true;

    private static bool IsTold(Route route, Manifest service, ServicePort port) => route.From.Kind switch
    {
        "GRPCRoute" => true,
        "HTTPRoute" =>
            service.Spec.Items("ports").Any(item => item.Int("port") == port.Number && item.Text("appProtocol") == "kubernetes.io/h2c"),
        "IngressRoute" => route.From.Spec.Objects().Any(part => part.Text("name") == route.Service && part.Text("scheme") == "h2c"),
        _ when route.Controller == "nginx" => route.From.Annotations.GetValueOrDefault(NginxProtocol) is "GRPC" or "GRPCS",
        _ => service.Annotations.GetValueOrDefault(TraefikScheme) == "h2c",
    };
}
