using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>Every account, Secret, ConfigMap, key, claim and volume that a pod names exists.</summary>
internal sealed class PodReferenceCheck : IManifestCheck
{
    public string Name => "pod-references";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        manifests.Cluster.Workloads
            .SelectMany(pod =>
            Problems(pod, manifests.Cluster, manifests).Select(problem => new Finding(pod.ToString(), problem)).Distinct());

    private static IEnumerable<string> Problems(Workload pod, ClusterView cluster, RenderedManifests manifests)
    {
        if (!cluster.HasServiceAccount(pod.Namespace, pod.ServiceAccount))
        {
            yield return $"there is no ServiceAccount {pod.ServiceAccount}";
        }

        foreach (var reference in KeyReference.Of(pod).Where(reference => !reference.IsOptional))
        {
            if (cluster.FindKeyed(reference.Kind, pod.Namespace, reference.Name) is not { } found)
            {
                yield return $"there is no {reference.Kind} {reference.Name}";
            }
            else if (reference.Key is { } key && !found.Has(key))
            {
                yield return $"the {reference.Kind} {reference.Name} has no key {key}";
            }
        }

        foreach (var claim in pod.PodSpec.Items("volumes").Select(volume => volume.Text("persistentVolumeClaim", "claimName"))
            .OfType<string>())
        {
            if (!manifests.OfKind("PersistentVolumeClaim").Any(item => item.Namespace == pod.Namespace && item.Name == claim))
            {
                yield return $"there is no PersistentVolumeClaim {claim}";
            }
        }

        foreach (var (container, mount) in pod.Containers
            .SelectMany(container => container.Node.Items("volumeMounts").Select(mount => (container, mount))))
        {
            if (pod.Volume(mount.Text("name") ?? "") is null && !AddedByOperator(pod, mount))
            {
                yield return $"container {container.Name} mounts {mount.Text("name")}, which is no volume";
            }
        }

        foreach (var unused in Unused(pod))
        {
            yield return $"nothing mounts the volume {unused}";
        }
    }

    // ECK mounts its data and certificates itself; the claim template carries the same name.
    private static bool AddedByOperator(Workload pod, JsonNode mount) =>
        pod.IsOperated && mount.Text("name")?.StartsWith("elastic", StringComparison.Ordinal) == true;

    private static IEnumerable<string> Unused(Workload pod) => pod.IsOperated ? [] :
        pod.PodSpec.Items("volumes").Select(volume => volume.Text("name"))
            .Concat(pod.ClaimTemplates.Select(claim => claim.Text("metadata", "name")))
            .OfType<string>()
            .Except(pod.Containers.SelectMany(container => container.Node.Items("volumeMounts")).Select(mount => mount.Text("name"))
                .OfType<string>());
}
