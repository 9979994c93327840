using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>A container's security settings, with the pod's where the container says nothing.</summary>
internal sealed class SecurityContext(Workload pod, Container container)
{
    private readonly JsonNode? _pod = pod.PodSpec.At("securityContext");

    private readonly JsonNode? _container = container.Node.At("securityContext");

    public JsonNode? Own(params string[] path) => _container.At(path);

    public JsonNode? Effective(params string[] path) => _container.At(path) ?? _pod.At(path);
}
