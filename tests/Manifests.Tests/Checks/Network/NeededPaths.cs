using InferenceTracing.Manifests.Tests.Checks.Pods;
using InferenceTracing.Manifests.Tests.Checks.References;
using InferenceTracing.Manifests.Tests.Checks.Telemetry;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>Reads from the configuration who must be able to call whom.</summary>
internal static class NeededPaths
{
    public static IReadOnlyList<Need> Of(RenderedManifests manifests)
    {
        var needs = Configured(manifests).Concat(Exported(manifests)).Concat(Routed(manifests))
            .Concat(ExpectedPaths.AmongNodes(manifests.Cluster))
            .Concat(ExpectedPaths.FromOutside(manifests)).Distinct().ToList();

        // A name without a port says nothing where another place says which.
        return [.. needs
            .Where(need => need.Port is not null
            || !needs.Any(other => other.Port is not null && other.From == need.From && other.To == need.To))];
    }

    private static IEnumerable<Need> Configured(RenderedManifests manifests)
    {
        var texts = new PodTexts(manifests);
        return from pod in manifests.Cluster.Workloads
               where pod.Labels.Count > 0
               from told in texts.Of(pod).Concat(Credentials(pod, manifests))
               from address in Addresses.In(told.Variable, told.Text, pod.Namespace, manifests.Cluster)
               from target in manifests.Cluster.Behind(address.Service)
               let servicePort = address.Port is { } number ? address.Service.Port(number.ToString()) ?? Headless(target, number) : null
               where address.Port is null ? target != pod : servicePort is not null
               let port = servicePort is null ? null : target.Ports.FirstOrDefault(port => port.Is(servicePort.Target))
               select new Need(pod, null, target, port, $"its configuration names {address.Service.Name}");
    }

    // A collector's settings give host and port apart from each other, or a port that goes without saying.
    private static IEnumerable<Need> Exported(RenderedManifests manifests) =>
        from config in ConfigFiles.Of(manifests)
        where config.Pod.Labels.Count > 0
        from address in OutgoingAddress.Of(config)
        let parsed = address.Parsed()
        let service = Addresses.Resolve(parsed.Host ?? "", config.Pod.Namespace, manifests.Cluster)
        where service is not null
        from target in manifests.Cluster.Behind(service)
        let wanted = service.Port(parsed.Port.ToString())?.Target ?? parsed.Port.ToString()
        let port = target.Ports.FirstOrDefault(port => port.Is(wanted))
        where port is not null
        select new Need(config.Pod, null, target, port, $"its configuration names {service.Name}");

    // A Secret may hold the address that its password is for: the operator's does, others say so in checks.yaml.
    private static IEnumerable<(string? Variable, string Text)> Credentials(Workload pod, RenderedManifests manifests) =>
        from reference in KeyReference.Of(pod)
        let found = manifests.Cluster.FindKeyed(reference.Kind, pod.Namespace, reference.Name)
        where found?.Reaches is not null
        select ((string?)null, found.Reaches);

    // Behind a headless Service every port of the pod can be called, declared by the Service or not.
    private static ServicePort? Headless(Workload target, int number) =>
        target.Ports.Any(port => port.Number == number) ? new ServicePort(null, number, number.ToString()) : null;

    private static IEnumerable<Need> Routed(RenderedManifests manifests) =>
        from route in Route.Of(manifests)
        let service = manifests.Cluster.Service(route.Namespace, route.Service)
        where service is not null
        from target in manifests.Cluster.Behind(service)
        let port = target.Ports.FirstOrDefault(port => port.Is(service.Port(route.Port)?.Target ?? ""))
        where port is not null
        from caller in Controllers(route, manifests)
        select new Need(caller, caller is null
            ? ExpectedPaths.ControllerOf(route.Controller) : null, target, port, $"{route.From} leads there");

    // The controller is a part of the render, or somebody installed it before.
    private static IEnumerable<Workload?> Controllers(Route route, RenderedManifests manifests) => manifests.Cluster.Workloads
        .Where(pod => pod.Containers.Any(container => ImageReference.Parse(container.Image)?.Repository.Split('/')[^1] == route.Controller))
        .DefaultIfEmpty();
}
