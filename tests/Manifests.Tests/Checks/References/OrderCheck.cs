using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>
/// Resources come before their users: what is put into a pod when it is admitted is not put in afterwards, and kubectl applies in the order
/// of the render.
/// </summary>
internal sealed class OrderCheck : IManifestCheck
{
    private const string Inject = "sidecar.opentelemetry.io/inject";

    public string Name => "order";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var places = manifests.Objects.Select((item, place) => (item, place)).ToDictionary(entry => entry.item, entry => entry.place);
        return from pod in manifests.Cluster.Workloads
               where pod.Annotations.ContainsKey(Inject)
               let resource = manifests.OfKind("OpenTelemetryCollector")
                   .FirstOrDefault(item => item.Namespace == pod.Namespace && item.Name == pod.Annotations[Inject])
               let problem = resource is null ? "is not there" : places[resource] > places[pod.Owner] ? "comes after it" : null
               where problem is not null
               select new Finding(pod.ToString(), $"the sidecar {pod.Annotations[Inject]} {problem}");
    }
}
