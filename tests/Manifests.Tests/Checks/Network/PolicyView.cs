using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>All NetworkPolicies of the render together: who may call whom.</summary>
internal sealed class PolicyView
{
    private readonly ClusterView _cluster;

    private readonly List<Manifest> _policies;

    public PolicyView(RenderedManifests manifests)
    {
        _cluster = manifests.Cluster;
        _policies = [.. manifests.OfKind("NetworkPolicy")];
        Rules =
        [
            .. _policies.SelectMany(policy =>
                policy.Spec.Items("ingress").Select(rule => new PolicyRule(policy, isEgress: false, rule, _cluster))),
            .. _policies.SelectMany(policy =>
                policy.Spec.Items("egress").Select(rule => new PolicyRule(policy, isEgress: true, rule, _cluster))),
        ];
    }

    public IReadOnlyList<PolicyRule> Rules { get; }

    public IEnumerable<Manifest> Policies => _policies;

    public bool DeniesByDefault(string space, string direction) => _policies.Any(policy =>
        policy.Namespace == space && !policy.Spec.Entries("podSelector").Any() && Governs(policy, direction)
        && !policy.Spec.Items(direction == "Egress" ? "egress" : "ingress").Any());

    public bool MayLeave(Workload from, Workload to, ContainerPort port) =>
        !IsGoverned(from, "Egress")
            || Rules.Any(rule => rule.IsEgress && rule.Selected.Contains(from) && rule.Opens(port) && rule.Peers.Contains(to));

    public bool MayEnter(Workload from, Workload to, ContainerPort port) =>
        !IsGoverned(to, "Ingress")
            || Rules.Any(rule => !rule.IsEgress && rule.Selected.Contains(to) && rule.Opens(port) && rule.Peers.Contains(from));

    public bool MayEnter(string outside, Workload to, ContainerPort port) =>
        !IsGoverned(to, "Ingress")
            || Rules.Any(rule => !rule.IsEgress && rule.Selected.Contains(to) && rule.Opens(port) && Covers(rule, outside));

    public bool MayLeave(Workload from, Func<string, bool> outside, ContainerPort port) =>
        !IsGoverned(from, "Egress")
            || Rules.Any(rule => rule.IsEgress && rule.Selected.Contains(from) && rule.Opens(port) && rule.Outside.Any(outside));

    private static bool Covers(PolicyRule rule, string outside) =>
        rule.Outside.Any(open => open == outside || open == "anywhere" || (open == "namespace:*" && outside != "anywhere"));

    private bool IsGoverned(Workload pod, string direction) => _policies.Any(policy =>
        policy.Namespace == pod.Namespace && Governs(policy, direction)
            && LabelSelector.Matches(policy.Spec.At("podSelector"), pod.Labels));

    // Without policyTypes a policy is about ingress, and about egress if it has such rules.
    private static bool Governs(Manifest policy, string direction)
    {
        var types = policy.Spec.Texts("policyTypes").ToList();
        return types.Count > 0 ? types.Contains(direction) : direction == "Ingress" || policy.Spec.At("egress") is not null;
    }
}
