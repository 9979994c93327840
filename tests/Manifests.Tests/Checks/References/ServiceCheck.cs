using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>Every Service finds pods, and every port of it a port of theirs.</summary>
internal sealed class ServiceCheck : IManifestCheck
{
    public string Name => "services";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        foreach (var item in manifests.OfKind("Service").Where(item => item.Spec.Text("type") != "ExternalName"))
        {
            var service = manifests.Cluster.Service(item.Namespace, item.Name)!;
            var pods = manifests.Cluster.Behind(service).ToList();
            if (pods.Count == 0)
            {
                yield return new Finding(item.ToString(), "the selector matches no pod");
                continue;
            }

            foreach (var (port, pod) in service.Ports.SelectMany(port => pods.Select(pod => (port, pod)))
                .Where(pair => !Listens(pair.pod, pair.port)))
            {
                yield return new Finding(item.ToString(), $"{pod} has no port {port.Target}/{port.Protocol}");
            }
        }

        foreach (var item in manifests.OfKind("StatefulSet"))
        {
            var service = manifests.Cluster.Service(item.Namespace, item.Spec.Text("serviceName"));
            if (service is null || !manifests.Cluster.Behind(service).Any(pod => pod.Owner == item))
            {
                yield return new Finding(item.ToString(), $"serviceName {item.Spec.Text("serviceName")} is no Service in front of it");
            }
        }
    }

    private static bool Listens(Workload pod, ServicePort port) =>
        pod.Ports.Any(declared => declared.Is(port.Target) && declared.Protocol == port.Protocol);
}
