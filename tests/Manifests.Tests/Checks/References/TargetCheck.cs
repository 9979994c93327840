using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>Autoscalers, disruption budgets, role bindings and issuers point at something.</summary>
internal sealed class TargetCheck : IManifestCheck
{
    public string Name => "targets";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        Scalers(manifests).Concat(Budgets(manifests)).Concat(Bindings(manifests)).Concat(Issuers(manifests)).Concat(Namespaces(manifests))
            .Concat(Counted(manifests)).Concat(Spread(manifests)).Concat(Authorities(manifests));

    private static IEnumerable<Finding> Scalers(RenderedManifests manifests) =>
        from scaler in manifests.OfKind("HorizontalPodAutoscaler")
        let target = scaler.Spec.At("scaleTargetRef")
        let found = manifests.OfKind(target.Text("kind") ?? "")
            .FirstOrDefault(item => item.Namespace == scaler.Namespace && item.Name == target.Text("name"))
        where found is null || found.ApiVersion != target.Text("apiVersion")
        select new Finding(scaler.ToString(), $"there is no {target.Text("apiVersion")} {target.Text("kind")} {target.Text("name")}");

    // Every apply would set the number back.
    private static IEnumerable<Finding> Counted(RenderedManifests manifests) =>
        from scaler in manifests.OfKind("HorizontalPodAutoscaler")
        from item in manifests.OfKind(scaler.Spec.Text("scaleTargetRef", "kind") ?? "")
        where item.Namespace == scaler.Namespace && item.Name == scaler.Spec.Text("scaleTargetRef", "name")
            && item.Spec.At("replicas") is not null
        select new Finding(item.ToString(), "sets replicas, which its autoscaler counts");

    // A spread or anti-affinity over other pods than its own does nothing.
    private static IEnumerable<Finding> Spread(RenderedManifests manifests) =>
        from pod in manifests.Cluster.Workloads
        from field in new[] { "topologySpreadConstraints", "podAntiAffinity" }
        from part in (field == "podAntiAffinity" ? pod.PodSpec.At("affinity", field) : pod.PodSpec.At(field)).Objects()
        where part["topologyKey"] is not null && !LabelSelector.Matches(part["labelSelector"], pod.Labels)
        select new Finding(pod.ToString(), $"{field} does not select its own pods");

    private static IEnumerable<Finding> Budgets(RenderedManifests manifests) =>
        from budget in manifests.OfKind("PodDisruptionBudget")
        let pods = manifests.Cluster.Workloads
            .Where(pod => pod.Namespace == budget.Namespace && pod.Matches(budget.Spec.Map("selector", "matchLabels"))).ToList()
        let problem = pods.Count == 0 ? "the selector matches no pod"
            : budget.Spec.Int("minAvailable") is { } least && least >= pods.Sum(pod => pod.Replicas)
                ? $"minAvailable {least} never lets a node be drained"
            : null
        where problem is not null
        select new Finding(budget.ToString(), problem);

    private static IEnumerable<Finding> Bindings(RenderedManifests manifests)
    {
        foreach (var binding in manifests.OfKind("RoleBinding", "ClusterRoleBinding"))
        {
            var role = binding.Root.At("roleRef");
            if (!manifests.OfKind(role.Text("kind") ?? "").Any(item => item.Name == role.Text("name")) && !BuiltIn(role))
            {
                yield return new Finding(binding.ToString(), $"there is no {role.Text("kind")} {role.Text("name")}");
            }

            foreach (var subject in binding.Root.Items("subjects").Where(subject => subject.Text("kind") == "ServiceAccount"))
            {
                if (!manifests.Cluster.HasServiceAccount(subject.Text("namespace") ?? "", subject.Text("name") ?? ""))
                {
                    yield return new Finding(binding.ToString(),
                        $"there is no ServiceAccount {subject.Text("namespace")}/{subject.Text("name")}");
                }
            }
        }
    }

    private static bool BuiltIn(JsonNode? role) => role.Text("name") is "view" or "edit" or "admin" or "system:auth-delegator";

    private static IEnumerable<Finding> Issuers(RenderedManifests manifests) =>
        from certificate in manifests.OfKind("Certificate")
        let issuer = certificate.Spec.At("issuerRef")
        let kind = issuer.Text("kind") ?? "Issuer"
        where !manifests.OfKind(kind)
            .Any(item => item.Name == issuer.Text("name") && (kind == "ClusterIssuer" || item.Namespace == certificate.Namespace))
        select new Finding(certificate.ToString(), $"there is no {kind} {issuer.Text("name")}");

    // What signs: a ClusterIssuer's key lies in cert-manager's own namespace.
    private static IEnumerable<Finding> Authorities(RenderedManifests manifests) =>
        from issuer in manifests.OfKind("Issuer", "ClusterIssuer")
        let secret = issuer.Spec.Text("ca", "secretName")
        let space = issuer.Kind == "ClusterIssuer" ? "cert-manager" : issuer.Namespace
        where secret is not null && manifests.Cluster.FindKeyed("Secret", space, secret) is null
        select new Finding(issuer.ToString(), $"nothing makes the Secret {space}/{secret}");

    // A namespace that nobody makes stops the whole apply.
    private static IEnumerable<Finding> Namespaces(RenderedManifests manifests)
    {
        var known = manifests.Cluster.Namespaces.Select(item => item.Name)
            .Concat(manifests.Tree.Trusted.Items("namespaces").Select(entry => entry.Text("name")))
            .Append("kube-system")
            .ToHashSet();
        return manifests.Objects.Where(item => item.Namespace.Length > 0 && !known.Contains(item.Namespace))
            .Select(item => new Finding(item.ToString(), "nothing makes its namespace"));
    }
}
