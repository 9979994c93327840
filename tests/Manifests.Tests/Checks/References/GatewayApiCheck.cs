using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>The Gateway API crosses namespaces only where both sides say so, and its filters name middlewares that exist.</summary>
internal sealed class GatewayApiCheck : IManifestCheck
{
    public string Name => "gateway-api";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        Ungranted(manifests).Concat(Refused(manifests)).Concat(Filters(manifests));

    private static IEnumerable<Finding> Ungranted(RenderedManifests manifests) =>
        from reference in manifests.OfKind("Gateway")
            .SelectMany(item =>
            item.Spec.Items("listeners").SelectMany(listener => listener.Items("tls", "certificateRefs"))
            .Select(to => (item, to, Kind: "Secret")))
            .Concat(manifests.OfKind("HTTPRoute", "GRPCRoute")
                .SelectMany(item =>
                item.Spec.Items("rules").SelectMany(rule => rule.Items("backendRefs")).Select(to => (item, to, Kind: "Service"))))
        let space = reference.to.Text("namespace") ?? reference.item.Namespace
        where space != reference.item.Namespace
            && !manifests.OfKind("ReferenceGrant").Any(grant => grant.Namespace == space && Grants(grant, reference.item, reference.Kind))
        select new Finding(reference.item.ToString(),
            $"no ReferenceGrant lets it have the {reference.Kind} {space}/{reference.to.Text("name")}");

    private static bool Grants(Manifest grant, Manifest item, string kind) =>
        grant.Spec.Items("from").Any(from => from.Text("kind") == item.Kind && from.Text("namespace") == item.Namespace)
        && grant.Spec.Items("to").Any(to => to.Text("kind") == kind);

    private static IEnumerable<Finding> Refused(RenderedManifests manifests) =>
        from item in manifests.OfKind("HTTPRoute", "GRPCRoute")
        from parent in item.Spec.Items("parentRefs")
        let gateway = manifests.OfKind("Gateway")
            .FirstOrDefault(gateway => gateway.Name == parent.Text("name")
            && gateway.Namespace == (parent.Text("namespace") ?? item.Namespace))
        where gateway is not null
        let listeners = gateway.Spec.Items("listeners")
            .Where(listener => parent.Text("sectionName") is null || parent.Text("sectionName") == listener.Text("name")).ToList()
        where listeners.Count > 0 && !listeners.Any(listener => Admits(listener, gateway, item, manifests))
        select new Finding(item.ToString(), $"no listener of {gateway} takes routes from its namespace");

    private static bool Admits(JsonNode listener, Manifest gateway, Manifest route, RenderedManifests manifests) =>
        listener.Text("allowedRoutes", "namespaces", "from") switch
    {
        "All" => true,
        "Selector" => manifests.Cluster.Namespaces.Any(space =>
            space.Name == route.Namespace
            && LabelSelector.Matches(listener.At("allowedRoutes", "namespaces", "selector"), new Dictionary<string,
                string>(space.Labels) { ["kubernetes.io/metadata.name"] = space.Name })),
        _ => gateway.Namespace == route.Namespace,
    };

    private static IEnumerable<Finding> Filters(RenderedManifests manifests) =>
        from item in manifests.OfKind("HTTPRoute", "GRPCRoute")
        from part in item.Spec.Objects()
        let reference = part["extensionRef"]
        where reference is not null
            && !manifests.OfKind(reference.Text("kind") ?? "")
            .Any(found => found.Namespace == item.Namespace && found.Name == reference.Text("name"))
        select new Finding(item.ToString(), $"there is no {reference.Text("kind")} {item.Namespace}/{reference.Text("name")}");
}
