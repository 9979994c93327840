using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.References;

/// <summary>
/// Every URL that a pod is given and that points into the cluster ends at a Service and port; OTLP goes to the port of its protocol.
/// </summary>
internal sealed partial class AddressCheck : IManifestCheck
{
    public string Name => "addresses";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var texts = new PodTexts(manifests);
        return manifests.Cluster.Workloads.SelectMany(pod =>
            texts.Of(pod).SelectMany(told => Urls(told.Text, pod, manifests)).Concat(Otlp(pod, texts)).Distinct()
                .Select(problem => new Finding(pod.ToString(), problem)));
    }

    private static IEnumerable<string> Urls(string text, Workload pod, RenderedManifests manifests)
    {
        foreach (Match match in UrlPattern().Matches(text))
        {
            var host = match.Groups["host"].Value;
            if (!IsInside(host, manifests.Cluster))
            {
                continue;
            }

            var port = match.Groups["port"].Success ? match.Groups["port"].Value : match.Groups["scheme"].Value == "https" ? "443" : "80";
            if (Addresses.Resolve(host, pod.Namespace, manifests.Cluster) is not { } service)
            {
                yield return $"{match.Value} is no Service";
            }
            else if (service.Port(port) is null
                && !manifests.Cluster.Behind(service).SelectMany(target => target.Ports).Any(declared => declared.Is(port)))
            {
                yield return $"{match.Value} asks for port {port}, which {service} does not have";
            }
        }
    }

    // One label, or the cluster's own suffixes; whatever else has dots is somebody else's.
    private static bool IsInside(string host, ClusterView cluster)
    {
        var labels = host.Split('.');
        return host is not ("localhost" or "kubernetes.default.svc" or "kubernetes.default.svc.cluster.local")
            && (labels.Length == 1 ? char.IsLetter(host[0]) : labels.Contains("svc")
            || cluster.Namespaces.Any(space => space.Name == labels[1] && labels.Length == 2));
    }

    private static IEnumerable<string> Otlp(Workload pod, PodTexts texts)
    {
        foreach (var container in pod.Containers)
        {
            var environment = texts.Environment(pod, container);
            if (environment.GetValueOrDefault("OTEL_EXPORTER_OTLP_ENDPOINT") is not { } endpoint
                || !Uri.TryCreate(endpoint, UriKind.Absolute, out var uri))
            {
                continue;
            }

            var speaksHttp = environment.GetValueOrDefault("OTEL_EXPORTER_OTLP_PROTOCOL") is "http/protobuf" or "http/json";
            if (speaksHttp ? uri.Port % 10000 == 4317 : uri.Port % 10000 == 4318)
            {
                yield return $"container {container.Name} speaks OTLP over {(speaksHttp ? "HTTP" : "gRPC")} to {endpoint}";
            }
        }
    }

    [GeneratedRegex(@"\b(?<scheme>https?|grpc)://(?:[^\s/@""']*@)?(?<host>[a-z0-9][a-z0-9.-]*)(?![\w$%{])(:(?<port>\d+))?")]
    private static partial Regex UrlPattern();
}
