using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>
/// Nothing is mounted above a VOLUME that the image declares: there a runtime lays an empty volume of the container's own over it, and what
/// should be on a claim is gone with the container. Mounted at the VOLUME itself it takes that volume's place.
/// </summary>
internal sealed class ImageVolumeCheck : IManifestCheck
{
    // As the images' Dockerfiles say, by the last part of the name; what is not here declares none (Elasticsearch, the collector, MLflow,
    // Traefik).
    private static readonly Dictionary<string, string[]> Volumes = new()
    {
        ["cassandra"] = ["/var/lib/cassandra"],
        ["jaeger"] = ["/tmp"],
        ["kafka"] = ["/etc/kafka/secrets", "/mnt/shared/config", "/var/lib/kafka/data"],
        ["postgres"] = ["/var/lib/postgresql/data"],
    };

    public string Name => "image-volumes";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        from pod in manifests.Cluster.Workloads
        where !pod.IsOperated
        from container in pod.Containers
        from declared in Volumes.GetValueOrDefault(ImageReference.Parse(container.Image)?.Repository.Split('/')[^1] ?? "", [])
        let mount = container.MountOf(declared)
        let path = mount.Text("mountPath")?.TrimEnd('/')
        where path is not null && path != declared
        select new Finding(pod.ToString(), $"container {container.Name}: {path} is mounted above {declared}, a VOLUME of its image");
}
