using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;
using YamlDotNet.Core;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>
/// Finds the configuration of every collector and Jaeger: in the file that <c>--config</c> names, or in the operator's resource.
/// </summary>
internal static class ConfigFiles
{
    public static IEnumerable<CollectorConfig> Of(RenderedManifests manifests) =>
        Read(manifests).Select(read => read.Config).OfType<CollectorConfig>();

    /// <summary>What stands in the way of finding or reading one.</summary>
    public static IEnumerable<Finding> Problems(RenderedManifests manifests) => Read(manifests)
        .Where(read => read.Problem is not null)
        .Select(read => new Finding(read.Pod.ToString(), $"container {read.Container.Name}: {read.Problem}"));

    private static IEnumerable<(Workload Pod, Container Container, CollectorConfig? Config,
        string? Problem)> Read(RenderedManifests manifests)
    {
        var texts = new PodTexts(manifests);
        foreach (var pod in manifests.Cluster.Workloads)
        {
            foreach (var container in pod.Containers)
            {
                if (Binary.Of(container.Image) is not { } binary)
                {
                    continue;
                }

                var (root, problem) = pod.Owner.Kind == "OpenTelemetryCollector"
                    ? (pod.Owner.Spec.At("config"), null) : File(pod, container, manifests);
                yield return root is null
                    ? (pod, container, null, problem)
                    : (pod, container, new CollectorConfig(pod, container, binary, root, texts.Environment(pod, container)), null);
            }
        }
    }

    // Several files are merged in the order of the command line.
    private static (JsonNode? Root, string? Problem) File(Workload pod, Container container, RenderedManifests manifests)
    {
        var root = new JsonObject();
        var paths = Paths([.. container.CommandLine]).ToList();
        foreach (var path in paths)
        {
            if (MountedFile.At(path, pod, container, manifests)?.Text is not { } text)
            {
                return (null, $"{path} is in no ConfigMap that is mounted there");
            }

            try
            {
                Merge(root, YamlReader.Read(text).FirstOrDefault() as JsonObject ?? []);
            }
            catch (YamlException notYaml)
            {
                return (null, $"{path} is no YAML: {notYaml.Message}");
            }
        }

        return paths.Count > 0 ? (root, null) : (null, "no --config says which configuration to read");
    }

    private static IEnumerable<string> Paths(string[] line)
    {
        const string Option = "--config";
        for (var at = 0; at < line.Length; at++)
        {
            if (line[at] == Option && at + 1 < line.Length)
            {
                yield return Plain(line[++at]);
            }
            else if (line[at].StartsWith(Option + "=", StringComparison.Ordinal))
            {
                yield return Plain(line[at][(Option.Length + 1)..]);
            }
        }
    }

    private static string Plain(string path) => path.StartsWith("file:", StringComparison.Ordinal) ? path["file:".Length..] : path;

    // As the collector does it: maps grow together, everything else is replaced.
    private static void Merge(JsonObject root, JsonObject over)
    {
        foreach (var (field, value) in over)
        {
            if (root[field] is JsonObject below && value is JsonObject deeper)
            {
                Merge(below, deeper);
            }
            else
            {
                root[field] = value?.DeepClone();
            }
        }
    }
}
