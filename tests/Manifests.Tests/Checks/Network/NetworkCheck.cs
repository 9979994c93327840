using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>Everything is denied first, both ways; every path that the configuration needs is open, at both of its ends.</summary>
internal sealed class NetworkCheck : IManifestCheck
{
    public string Name => "network";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var view = new PolicyView(manifests);
        var needs = NeededPaths.Of(manifests);
        return Undenied(manifests, view).Concat(Closed(needs, view)).Concat(WithoutDns(manifests, needs, view))
            .Concat(WithoutApiServer(manifests, view))
            .Concat(WithoutModels(manifests, view)).Distinct();
    }

    private static IEnumerable<Finding> Undenied(RenderedManifests manifests, PolicyView view) =>
        from space in manifests.Cluster.Namespaces
        from direction in new[] { "Ingress", "Egress" }
        where !view.DeniesByDefault(space.Name, direction)
        select new Finding(space.ToString(), $"no policy denies all {direction.ToLowerInvariant()} first");

    private static IEnumerable<Finding> Closed(IReadOnlyList<Need> needs, PolicyView view)
    {
        foreach (var need in needs.Where(need => need.From != need.To || need.To.Replicas > 1))
        {
            var ports = need.Port is null ? need.To.Ports.ToList() : [need.Port];
            var leaves = need.From is null || ports.Any(port => view.MayLeave(need.From, need.To, port));
            var enters = ports
                .Any(port => need.From is null ? view.MayEnter(need.Outside!, need.To, port) : view.MayEnter(need.From, need.To, port));
            var target = need.Port is null ? need.To.ToString() : $"{need.To}:{need.Port.Number}";

            if (!leaves)
            {
                yield return new Finding(need.Caller, $"may not leave for {target}, but {need.Why}");
            }

            if (!enters)
            {
                yield return new Finding(need.To.ToString(),
                    $"does not let in {need.Caller} on {need.Port?.Number.ToString() ?? "any port"}, but {need.Why}");
            }
        }
    }

    private static IEnumerable<Finding> WithoutDns(RenderedManifests manifests, IReadOnlyList<Need> needs, PolicyView view) =>
        from pod in manifests.Cluster.Workloads
        where needs.Any(need => need.From == pod)
        from protocol in new[] { "UDP", "TCP" }
        where !view.MayLeave(pod, outside =>
            outside is "namespace:kube-system" or "namespace:*" or "anywhere", new(null, ExpectedPaths.Dns, protocol))
        select new Finding(pod.ToString(), $"may not ask for names (kube-system, {ExpectedPaths.Dns}/{protocol})");

    private static IEnumerable<Finding> WithoutApiServer(RenderedManifests manifests, PolicyView view) =>
        from pod in manifests.Cluster.Workloads
        where ApiServerCallers.Contains(pod, manifests)
        from port in ExpectedPaths.ApiServerPorts
        where !view.MayLeave(pod, outside => outside == "anywhere" || outside.StartsWith("ip:", StringComparison.Ordinal), new(null, port))
        select new Finding(pod.ToString(), $"has a role, but may not reach an API server on {port}");

    private static IEnumerable<Finding> WithoutModels(RenderedManifests manifests, PolicyView view) =>
        from pod in manifests.Cluster.Workloads
        where ExpectedPaths.FetchesModels(pod) && !view.MayLeave(pod, outside => outside is "anywhere" or "ip:0.0.0.0/0", new(null, 443))
        select new Finding(pod.ToString(), "fetches its model, but may not leave for public addresses on 443");
}
