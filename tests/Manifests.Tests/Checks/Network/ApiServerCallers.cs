using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>
/// Pods that talk to the API server: those whose account has a role, and those that operators give one: CloudNativePG's, which steer
/// themselves, and Strimzi's entity operator.
/// </summary>
internal static class ApiServerCallers
{
    public static bool Contains(Workload pod, RenderedManifests manifests) =>
        pod.Owner is { Group: "postgresql.cnpg.io" } or { Group: "kafka.strimzi.io", Kind: "Kafka" }
        || manifests.OfKind("RoleBinding", "ClusterRoleBinding").SelectMany(binding => binding.Root.Items("subjects"))
            .Any(subject => subject.Text("name") == pod.ServiceAccount && subject.Text("namespace") == pod.Namespace);
}
