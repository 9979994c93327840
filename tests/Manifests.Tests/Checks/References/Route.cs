using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>A backend that an Ingress, an IngressRoute or a route of the Gateway API names, and the controller that will call it.</summary>
internal sealed record Route(Manifest From, string Controller, string Namespace, string Service, string Port)
{
    public static IEnumerable<Route> Of(RenderedManifests manifests) => manifests.Objects.SelectMany(item => item.Kind switch
    {
        "Ingress" => OfIngress(item),
        "IngressRoute" or "IngressRouteTCP" or "IngressRouteUDP" => OfIngressRoute(item),
        "HTTPRoute" or "GRPCRoute" or "TLSRoute" or "TCPRoute" => OfGatewayRoute(item, manifests),
        _ => [],
    });

    private static IEnumerable<Route> OfIngress(Manifest item) =>
        from backend in item.Spec.Objects().Where(part => part["service"] is JsonObject)
        let service = backend["service"]
        let port = service.Text("port", "name") ?? service.Text("port", "number") ?? ""
        select new Route(item, item.Spec.Text("ingressClassName") ?? "", item.Namespace, service.Text("name") ?? "", port);

    private static IEnumerable<Route> OfIngressRoute(Manifest item) =>
        from service in item.Spec.Items("routes").SelectMany(route => route.Items("services"))
        where service.Text("kind") is null or "Service"
        select new Route(item, "traefik", service.Text("namespace") ?? item.Namespace, service.Text("name") ?? "", service.Text("port")
            ?? "");

    private static IEnumerable<Route> OfGatewayRoute(Manifest item, RenderedManifests manifests)
    {
        var parent = item.Spec.Items("parentRefs").FirstOrDefault();
        var gateway = manifests.OfKind("Gateway").FirstOrDefault(gateway => gateway.Name == parent.Text("name"));
        return from backend in item.Spec.Items("rules").SelectMany(rule => rule.Items("backendRefs"))
               where backend.Text("kind") is null or "Service"
               select new Route(
                   item,
                   gateway?.Spec.Text("gatewayClassName") ?? "",
                   backend.Text("namespace") ?? item.Namespace,
                   backend.Text("name") ?? "",
                   backend.Text("port") ?? "");
    }
}
