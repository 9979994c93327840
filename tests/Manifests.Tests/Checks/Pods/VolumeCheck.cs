using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>
/// A user that is not root can write to its disk and read its secrets: both belong to root until fsGroup gives them to its group.
/// And a disk is mounted by as many pods as it can be.
/// </summary>
internal sealed class VolumeCheck : IManifestCheck
{
    public string Name => "volumes";

    public IEnumerable<Finding> Check(RenderedManifests manifests) => OfOthers(manifests).Concat(Shared(manifests));

    // On two nodes at once only a claim for many can be mounted, and a rolling update has two pods for a while.
    private static IEnumerable<Finding> Shared(RenderedManifests manifests) =>
        from pod in manifests.Cluster.Workloads
        where pod.RunsForever
        from name in pod.PodSpec.Items("volumes").Select(volume => volume.Text("persistentVolumeClaim", "claimName")).OfType<string>()
        let claim = manifests.OfKind("PersistentVolumeClaim").FirstOrDefault(item => item.Namespace == pod.Namespace && item.Name == name)
        where claim is not null && !claim.Spec.Texts("accessModes").Any(mode => mode is "ReadWriteMany" or "ReadOnlyMany")
        let problem = pod.Replicas > 1 ? $"is one node's at a time, but there are {pod.Replicas} pods"
            : pod.Owner.Kind == "Deployment" && pod.Owner.Spec.Text("strategy", "type") != "Recreate"
                ? "is one pod's at a time; the strategy must be Recreate" : null
        where problem is not null
        select new Finding(pod.ToString(), $"the claim {name} {problem}");

    private static IEnumerable<Finding> OfOthers(RenderedManifests manifests) =>
        from pod in manifests.Cluster.Workloads
        where !pod.IsOperated && pod.PodSpec.At("securityContext", "fsGroup") is null
        from mount in pod.Containers.SelectMany(container => container.Node.Items("volumeMounts")).DistinctBy(mount => mount.Text("name"))
        let volume = pod.Volume(mount.Text("name") ?? "")
        let problem = IsDisk(volume) && mount.Bool("readOnly") != true ? "cannot be written to" : IsForOwnerOnly(volume)
            ? "cannot be read" : null
        where problem is not null
        select new Finding(pod.ToString(), $"the volume {mount.Text("name")} {problem}: there is no fsGroup");

    private static bool IsDisk(JsonNode? volume) => volume.At("persistentVolumeClaim") is not null || volume.At("ephemeral") is not null
        || volume.At("spec") is not null;

    // No right for the group and none for others, in octal.
    private static bool IsForOwnerOnly(JsonNode? volume) =>
        new[] { volume.At("secret"), volume.At("configMap"), volume.At("projected") }
            .Any(source => source.Int("defaultMode") is { } mode && (mode & 0b000_100_100) == 0);
}
