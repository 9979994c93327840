using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>A pod holds a token of the API server exactly where its account may do something with it.</summary>
internal sealed class TokenCheck : IManifestCheck
{
    public string Name => "tokens";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var bound = manifests.OfKind("RoleBinding", "ClusterRoleBinding")
            .SelectMany(binding => binding.Root.Items("subjects").Select(subject => $"{subject.Text("namespace")}/{subject.Text("name")}"))
            .ToHashSet();

        foreach (var pod in manifests.Cluster.Workloads.Where(pod => !pod.IsOperated))
        {
            var mounted = IsMounted(pod, manifests);
            var needed = bound.Contains($"{pod.Namespace}/{pod.ServiceAccount}");
            if (mounted && !needed)
            {
                yield return new Finding(pod.ToString(), $"mounts the token of {pod.ServiceAccount}, which may do nothing with it");
            }
            else if (needed && !mounted)
            {
                yield return new Finding(pod.ToString(), $"lacks the token of {pod.ServiceAccount}, which has a role");
            }
        }
    }

    private static bool IsMounted(Workload pod, RenderedManifests manifests) =>
        (pod.PodSpec.Bool("automountServiceAccountToken")
            ?? manifests.OfKind("ServiceAccount")
                .FirstOrDefault(account => account.Namespace == pod.Namespace
                    && account.Name == pod.ServiceAccount)?.Root.Bool("automountServiceAccountToken")
            ?? true)
        || pod.PodSpec.Items("volumes").SelectMany(volume => volume.Items("projected", "sources"))
            .Any(source => source.At("serviceAccountToken") is not null);
}
