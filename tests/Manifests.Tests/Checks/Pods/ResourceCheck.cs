using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>Every container says what it needs and what it may take.</summary>
internal sealed class ResourceCheck : IManifestCheck
{
    public string Name => "resources";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        from pod in manifests.Cluster.Workloads
        where !pod.IsExempt(Name)
        from container in pod.Containers
        from resource in new[] { "cpu", "memory" }
        from problem in Problems(container, resource)
        select new Finding(pod.ToString(), $"container {container.Name} {problem}");

    private static IEnumerable<string> Problems(Container container, string resource)
    {
        var request = Quantity.Parse(container.Node.Text("resources", "requests", resource));
        var limit = Quantity.Parse(container.Node.Text("resources", "limits", resource));
        if (request is null)
        {
            yield return $"requests no {resource}";
        }

        if (limit is null)
        {
            yield return $"has no {resource} limit";
        }

        if (request > limit)
        {
            yield return $"requests more {resource} than its limit";
        }
    }
}
