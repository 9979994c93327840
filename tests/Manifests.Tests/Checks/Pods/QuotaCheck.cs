using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>
/// All pods at their most numerous, with one more of each Deployment while it rolls, fit the quota and the limit range of their namespace.
/// </summary>
internal sealed class QuotaCheck : IManifestCheck
{
    private static readonly (string Hard, string Kind, string Resource)[] Sums =
    [
        ("requests.cpu", "requests", "cpu"), ("requests.memory", "requests", "memory"),
        ("limits.cpu", "limits", "cpu"), ("limits.memory", "limits", "memory"),
    ];

    public string Name => "quota";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        manifests.OfKind("ResourceQuota").SelectMany(quota => Quota(quota, manifests))
            .Concat(manifests.OfKind("LimitRange").SelectMany(range => Range(range, manifests)));

    private static IEnumerable<Finding> Quota(Manifest quota, RenderedManifests manifests)
    {
        var pods = manifests.Cluster.Workloads.Where(pod => pod.Namespace == quota.Namespace).ToList();

        foreach (var (hard, kind, resource) in Sums)
        {
            var sum = pods.Sum(pod => Count(pod) * Amount(pod, kind, resource));
            if (Quantity.Parse(quota.Spec.Text("hard", hard)) is { } most && sum > most)
            {
                yield return new Finding(quota.ToString(),
                    $"{hard} is {quota.Spec.Text("hard", hard)}, the pods may come to {Readable(sum, resource)}");
            }
        }

        var count = pods.Sum(Count);
        if (quota.Spec.Int("hard", "pods") is { } places && count > places)
        {
            yield return new Finding(quota.ToString(), $"pods is {places}, there may be {count}");
        }

        var claims = manifests.OfKind("PersistentVolumeClaim").Count(claim => claim.Namespace == quota.Namespace)
            + pods.Sum(pod => pod.Replicas * pod.ClaimTemplates.Count());
        if (quota.Spec.Int("hard", "persistentvolumeclaims") is { } disks && claims > disks)
        {
            yield return new Finding(quota.ToString(), $"persistentvolumeclaims is {disks}, there may be {claims}");
        }
    }

    // Init containers run before the others, so the larger of the two counts; sidecars run beside them.
    private static decimal Amount(Workload pod, string kind, string resource)
    {
        decimal Of(Container container) => Quantity.Parse(container.Node.Text("resources", kind, resource)) ?? 0;
        var running = pod.Containers.Where(container => !container.IsInit || container.IsSidecar).Sum(Of);
        var starting = pod.Containers.Where(container => container.IsInit && !container.IsSidecar).Select(Of).DefaultIfEmpty().Max();
        return Math.Max(running, starting);
    }

    private static int Count(Workload pod) => pod.Replicas + (pod.Owner.Kind == "Deployment" && Surges(pod.Owner.Spec) ? 1 : 0);

    private static bool Surges(JsonNode? spec) =>
        spec.Text("strategy", "type") != "Recreate" && spec.Text("strategy", "rollingUpdate", "maxSurge") is not ("0" or "0%");

    private static string Readable(decimal sum, string resource) => resource == "cpu"
        ? $"{sum:0.###}" : $"{Math.Ceiling(sum / 1048576m):0}Mi";

    private static IEnumerable<Finding> Range(Manifest range, RenderedManifests manifests) =>
        from limit in range.Spec.Items("limits")
        where limit.Text("type") == "Container"
        from pod in manifests.Cluster.Workloads
        where pod.Namespace == range.Namespace
        from container in pod.Containers
        from resource in new[] { "cpu", "memory" }
        let most = Quantity.Parse(limit.Text("max", resource))
        let least = Quantity.Parse(limit.Text("min", resource))
        where Quantity.Parse(container.Node.Text("resources", "limits", resource)) > most
            || Quantity.Parse(container.Node.Text("resources", "requests", resource)) < least
        select new Finding(range.ToString(), $"{pod} container {container.Name}: its {resource} is out of range");
}
