using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>
/// Nothing is open that nothing needs: every rule is about pods that exist, their ports, and a path that is needed or expected.
/// </summary>
internal sealed class OpennessCheck : IManifestCheck
{
    public string Name => "openness";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var view = new PolicyView(manifests);
        var needs = NeededPaths.Of(manifests);
        return Idle(view, manifests)
            .Concat(view.Rules
                .SelectMany(rule => PortsOfNobody(rule).Concat(Inside(rule, needs, manifests)).Concat(Outside(rule, needs, manifests))))
            .Distinct();
    }

    private static IEnumerable<Finding> Idle(PolicyView view, RenderedManifests manifests)
    {
        foreach (var policy in view.Policies.Where(policy =>
            !manifests.Cluster.Workloads
                .Any(pod => pod.Namespace == policy.Namespace && LabelSelector.Matches(policy.Spec.At("podSelector"), pod.Labels))))
        {
            yield return new Finding(policy.ToString(), "is about no pod");
        }

        foreach (var rule in view.Rules.Where(rule => rule.Idle.Any()))
        {
            yield return new Finding(rule.Policy.ToString(),
                $"{(rule.IsEgress ? "egress" : "ingress")} names a peer that is no pod: {rule.Idle.First().ToJsonString()}");
        }
    }

    private static IEnumerable<Finding> PortsOfNobody(PolicyRule rule)
    {
        var targets = (rule.IsEgress ? rule.Peers : rule.Selected).ToList();
        return rule.IsEgress && rule.Outside.Any() ? [] :
            rule.Ports.Where(port => targets.Count > 0
                && !targets.SelectMany(pod => pod.Ports).Any(declared => PolicyRule.Opens(port, declared)))
                .Select(port => new Finding(rule.Policy.ToString(), $"opens {port.Text("port")}, which is no port of its pods"));
    }

    private static IEnumerable<Finding> Inside(PolicyRule rule, IReadOnlyList<Need> needs, RenderedManifests manifests) =>
        from own in rule.Selected
        from peer in rule.Peers
        let @from = rule.IsEgress ? own : peer
        let to = rule.IsEgress ? peer : own
        from port in to.Ports
        where rule.Opens(port) && !ExpectedPaths.Between(@from, to, port) && !(ExpectedPaths.IsDoor(to, port, manifests) && !rule.IsEgress)
            && !needs.Any(need => need.From == @from && need.To == to
                && (need.Port is null || (need.Port.Number, need.Port.Protocol) == (port.Number, port.Protocol)))
        select new Finding(rule.Policy.ToString(), $"lets {@from} reach {to}:{port.Number}, which nothing needs");

    private static IEnumerable<Finding> Outside(PolicyRule rule, IReadOnlyList<Need> needs, RenderedManifests manifests) => rule.IsEgress
        ? from pod in rule.Selected
          from outside in rule.Outside
          let allowed = outside == "namespace:kube-system" ? [ExpectedPaths.Dns] : ApiServerCallers.Contains(pod, manifests)
              ? ExpectedPaths.ApiServerPorts : [.. ExpectedPaths.Asked(pod, outside, manifests)]
          where !ExpectedPaths.ToInternet(pod, rule)
          where rule.Ports.Count == 0 || rule.Ports.Any(port => port.Int("port") is not { } number || !allowed.Contains(number))
          select new Finding(rule.Policy.ToString(), $"lets {pod} out to {outside}, which nothing needs")
        : from pod in rule.Selected
          from outside in rule.Outside
          from port in pod.Ports
          where rule.Opens(port) && !ExpectedPaths.From(outside, pod, port) && !ExpectedPaths.IsDoor(pod, port, manifests)
            && !needs.Any(need => need.Outside == outside && need.To == pod && need.Port?.Number == port.Number)
          select new Finding(rule.Policy.ToString(), $"lets {outside} reach {pod}:{port.Number}, which nothing needs");
}
