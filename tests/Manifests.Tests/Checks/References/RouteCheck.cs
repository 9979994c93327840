using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>Every route from outside ends at a Service and port that exist, and what it passes on the way exists too.</summary>
internal sealed class RouteCheck : IManifestCheck
{
    private const string MiddlewareAnnotation = "traefik.ingress.kubernetes.io/router.middlewares";

    public string Name => "routes";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        Backends(manifests).Concat(Parents(manifests)).Concat(Middlewares(manifests)).Concat(TlsSecrets(manifests))
            .Concat(Taken(manifests));

    private static IEnumerable<Finding> Backends(RenderedManifests manifests) =>
        from route in Route.Of(manifests)
        where manifests.Cluster.Service(route.Namespace, route.Service)?.Port(route.Port) is null
        select new Finding(route.From.ToString(), $"the backend {route.Namespace}/{route.Service}:{route.Port} is no Service and port");

    // Which of two Ingresses with one host and path is served is nowhere written.
    private static IEnumerable<Finding> Taken(RenderedManifests manifests) =>
        from entry in from item in manifests.OfKind("Ingress")
                      from rule in item.Spec.Items("rules")
                      from path in rule.Items("http", "paths")
                      select (Item: item, Place: $"{rule.Text("host")}{path.Text("path")}")
        group entry by entry.Place into same
        where same.Count() > 1
        select new Finding(same.Last().Item.ToString(), $"{same.Key} is taken by {same.First().Item}");

    private static IEnumerable<Finding> Parents(RenderedManifests manifests)
    {
        foreach (var item in manifests.OfKind("HTTPRoute", "GRPCRoute"))
        {
            foreach (var parent in item.Spec.Items("parentRefs"))
            {
                var space = parent.Text("namespace") ?? item.Namespace;
                var gateway = manifests.OfKind("Gateway")
                    .FirstOrDefault(gateway => gateway.Name == parent.Text("name") && gateway.Namespace == space);
                var listeners = gateway?.Spec.Items("listeners").Select(listener => listener.Text("name")).ToList() ?? [];
                if (gateway is null || (parent.Text("sectionName") is { } section && !listeners.Contains(section)))
                {
                    yield return new Finding(item.ToString(),
                        $"the parent {space}/{parent.Text("name")} {parent.Text("sectionName")} is no Gateway and listener".Replace("  ",
                        " "));
                }
            }
        }
    }

    private static IEnumerable<Finding> Middlewares(RenderedManifests manifests)
    {
        var known = manifests.OfKind("Middleware").Select(item => $"{item.Namespace}/{item.Name}").ToHashSet();

        var named = manifests.OfKind("IngressRoute")
            .SelectMany(item => Chained(item, item.Spec.Items("routes").SelectMany(route => route.Items("middlewares"))))
            .Concat(manifests.OfKind("Middleware").SelectMany(item => Chained(item, item.Spec.Items("chain", "middlewares"))));
        foreach (var (item, name) in named.Where(pair => !known.Contains(pair.Name)))
        {
            yield return new Finding(item.ToString(), $"there is no Middleware {name}");
        }

        // In an annotation of an Ingress it is <namespace>-<name>@kubernetescrd.
        var flat = known.Select(name => name.Replace('/', '-') + "@kubernetescrd").ToHashSet();
        foreach (var item in manifests.OfKind("Ingress").Where(item => item.Annotations.ContainsKey(MiddlewareAnnotation)))
        {
            foreach (var name in item.Annotations[MiddlewareAnnotation].Split(',', StringSplitOptions.TrimEntries)
                .Where(name => !flat.Contains(name)))
            {
                yield return new Finding(item.ToString(), $"there is no Middleware {name}");
            }
        }
    }

    private static IEnumerable<(Manifest Item, string Name)> Chained(Manifest item, IEnumerable<JsonNode> references) =>
        references.Select(reference => (item, $"{reference.Text("namespace") ?? item.Namespace}/{reference.Text("name")}"));

    private static IEnumerable<Finding> TlsSecrets(RenderedManifests manifests) =>
        from pair in manifests.OfKind("Ingress")
            .SelectMany(item => item.Spec.Items("tls").Select(tls => (item, Space: item.Namespace, Secret: tls.Text("secretName"))))
            .Concat(manifests.OfKind("Ingress")
                .Select(item =>
                (item, Space: item.Namespace,
                Secret: item.Annotations.GetValueOrDefault("nginx.ingress.kubernetes.io/auth-secret")?.Split('/')[^1])))
            .Concat(manifests.OfKind("IngressRoute")
                .Select(item => (item, Space: item.Namespace, Secret: item.Spec.Text("tls", "secretName"))))
            .Concat(manifests.OfKind("Gateway").SelectMany(item => item.Spec.Items("listeners")
                .SelectMany(listener => listener.Items("tls", "certificateRefs"))
                .Select(reference => (item, Space: reference.Text("namespace") ?? item.Namespace, Secret: reference.Text("name")))))
            .Concat(manifests.OfKind("Middleware")
                .SelectMany(item => new[] { item.Spec.Text("basicAuth", "secret"), item.Spec.Text("digestAuth", "secret") }
                .Select(secret => (item, Space: item.Namespace, Secret: secret))))
        where pair.Secret is not null && manifests.Cluster.FindKeyed("Secret", pair.Space, pair.Secret) is null && !MadeFor(pair.item)
        select new Finding(pair.item.ToString(), $"nothing makes the Secret {pair.Space}/{pair.Secret}");

    // With this annotation cert-manager makes the Secret that the Ingress or Gateway names.
    private static bool MadeFor(Manifest item) =>
        item.Annotations.Keys.Any(key => key is "cert-manager.io/issuer" or "cert-manager.io/cluster-issuer");
}
