using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>In production there are three of everything, apart from each other, and no more than some of them go at once.</summary>
internal sealed class ProductionCheck : IManifestCheck
{
    private const int Copies = 3;

    public string Name => "production";

    public IEnumerable<Finding> Check(RenderedManifests manifests) => !manifests.IsProduction ? [] :
        from pod in manifests.Cluster.Workloads
        where pod.RunsForever && pod.Owner.Kind is not ("DaemonSet" or "Kafka" or "OpenTelemetryCollector") && !pod.IsExempt(Name)
        from problem in Problems(pod, manifests)
        select new Finding(pod.ToString(), problem);

    private static IEnumerable<string> Problems(Workload pod, RenderedManifests manifests)
    {
        var least = manifests.OfKind("HorizontalPodAutoscaler")
            .FirstOrDefault(scaler => scaler.Namespace == pod.Namespace
                && scaler.Spec.Text("scaleTargetRef", "name") == pod.Owner.Name)?.Spec.Int("minReplicas") ?? pod.Replicas;
        if (least < Copies)
        {
            yield return $"there may be only {least}";
        }

        if (pod.IsOperated)
        {
            yield break;
        }

        if (pod.PodSpec.At("affinity", "podAntiAffinity") is null && pod.PodSpec.At("topologySpreadConstraints") is null)
        {
            yield return "nothing keeps its pods on different nodes";
        }

        if (!manifests.OfKind("PodDisruptionBudget")
            .Any(budget => budget.Namespace == pod.Namespace && pod.Matches(budget.Spec.Map("selector", "matchLabels"))))
        {
            yield return "no PodDisruptionBudget keeps some of it";
        }
    }
}
