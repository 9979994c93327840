using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Telemetry;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>Every container that keeps running is probed, on a port that it has, by means that its image has.</summary>
internal sealed class ProbeCheck : IManifestCheck
{
    public string Name => "probes";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        from pod in manifests.Cluster.Workloads
        where pod.RunsForever && !pod.IsOperated && !pod.IsExempt(Name)
        from container in pod.Containers
        where !container.IsInit || container.IsSidecar
        from problem in Problems(container)
        select new Finding(pod.ToString(), $"container {container.Name}: {problem}");

    private static IEnumerable<string> Problems(Container container)
    {
        foreach (var missing in new[] { "readinessProbe", "livenessProbe" }.Where(kind => container.Node.At(kind) is null))
        {
            yield return $"there is no {missing}";
        }

        foreach (var kind in new[] { "readinessProbe", "livenessProbe", "startupProbe" })
        {
            if (container.Node.At(kind) is { } probe && Problem(probe, container, kind == "startupProbe") is { } problem)
            {
                yield return $"{kind} {problem}";
            }
        }
    }

    private static string? Problem(JsonNode probe, Container container, bool isStartup)
    {
        var port = probe.Text("httpGet", "port") ?? probe.Text("tcpSocket", "port") ?? probe.Text("grpc", "port");
        if (port is not null && !container.Ports.Any(declared => declared.Is(port)))
        {
            return $"asks port {port}, which the container does not declare";
        }

        // Collectors come in images from scratch.
        if (probe.At("exec") is not null && Binary.Of(container.Image) is not null)
        {
            return "executes a command, but the image has none";
        }

        // While it starts a slow answer only delays the next question.
        var mayTake = probe.Int("timeoutSeconds") ?? 1;
        return !isStartup && mayTake > (probe.Int("periodSeconds") ?? 10) ? "may take longer than its period" : null;
    }
}
