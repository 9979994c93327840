using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster;

/// <summary>Finds the pods in Kubernetes' own workload kinds.</summary>
internal static class PodTemplates
{
    public static IEnumerable<Workload> Of(RenderedManifests manifests) =>
        from item in manifests.Objects
        let template = Template(item)
        where template is not null
        select new Workload(item, template) { Replicas = Replicas(item, manifests) };

    private static JsonNode? Template(Manifest item) => item.Kind switch
    {
        "Pod" => item.Root,
        "Deployment" or "StatefulSet" or "DaemonSet" or "ReplicaSet" or "Job" => item.Spec.At("template"),
        "CronJob" => item.Spec.At("jobTemplate", "spec", "template"),
        _ => null,
    };

    // As many as there can be: what an autoscaler may grow to counts.
    private static int Replicas(Manifest item, RenderedManifests manifests)
    {
        var scaler = manifests.OfKind("HorizontalPodAutoscaler").FirstOrDefault(scaler =>
            scaler.Namespace == item.Namespace
            && scaler.Spec.Text("scaleTargetRef", "kind") == item.Kind
            && scaler.Spec.Text("scaleTargetRef", "name") == item.Name);

        return scaler?.Spec.Int("maxReplicas") ?? item.Spec.Int("replicas") ?? item.Spec.Int("parallelism") ?? 1;
    }
}
