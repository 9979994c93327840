using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Checks.Pods;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>
/// Jaeger writes to and reads from storages that are defined; Badger really is on its disk, and traces in memory fit into it.
/// </summary>
internal sealed class TraceStorageCheck : IManifestCheck
{
    private static readonly string[] OfOneProcess = ["memory", "badger"];

    public string Name => "trace-storage";

    public IEnumerable<Finding> Check(RenderedManifests manifests) => ConfigFiles.Of(manifests)
        .Where(config => config.Binary == Binary.Jaeger)
        .SelectMany(config => References(config).Concat(Backends(config, manifests)).Select(config.Finding));

    private static IEnumerable<string> References(CollectorConfig config)
    {
        var defined = Storages(config).Select(storage => storage.Key).ToHashSet();
        var metrics = config.Root.Entries("extensions", "jaeger_storage", "metric_backends").Select(storage => storage.Key).ToHashSet();
        var used = config.Of("exporters").Select(exporter => exporter.Value.Text("trace_storage"))
            .Concat(config.Root.Entries("extensions", "jaeger_query", "storage").Where(entry => entry.Key != "metrics")
                .Select(entry => entry.Value.Text()))
            .Append(config.Root.Text("extensions", "remote_storage", "storage"))
            .Concat(config.Root.At("extensions", "remote_sampling").Objects().Select(part => part.Text("sampling_store")))
            .OfType<string>()
            .ToHashSet();

        foreach (var name in used.Except(defined))
        {
            yield return $"the storage {name} is not defined";
        }

        foreach (var name in defined.Except(used))
        {
            yield return $"nothing uses the storage {name}";
        }

        if (config.Root.Text("extensions", "jaeger_query", "storage", "metrics") is { } metric && !metrics.Contains(metric))
        {
            yield return $"the metric storage {metric} is not defined";
        }
    }

    private static IEnumerable<string> Backends(CollectorConfig config, RenderedManifests manifests)
    {
        foreach (var (name, storage) in Storages(config))
        {
            var kinds = storage.Entries().Select(entry => entry.Key).ToList();
            if (kinds.Count != 1)
            {
                yield return $"the storage {name} is of {kinds.Count} kinds";
            }

            if (kinds.Intersect(OfOneProcess).Any() && config.Pod.Replicas > 1)
            {
                yield return $"{config.Pod.Replicas} pods would each have a storage {name} of their own";
            }

            if (Crowded(storage.At("memory"), config) is { } crowded)
            {
                yield return $"the storage {name}: {crowded}";
            }

            foreach (var problem in Badger(storage.At("badger"), config, manifests))
            {
                yield return $"the storage {name}: {problem}";
            }
        }
    }

    // 50,000 of our traces were seen to take up to 2.4 GiB, and memory_limiter refuses spans above 55 % of what there is.
    private static string? Crowded(JsonNode? memory, CollectorConfig config)
    {
        var most = memory.Text("max_traces") is { } written ? PodTexts.Fill(written, config.Environment) : null;
        return int.TryParse(most, out var traces)
            && Quantity.Parse(config.Container.Node.Text("resources", "limits", "memory")) is { } limit && traces * 51_500m > limit * 0.55m
                ? $"{traces} traces do not fit into {config.Container.Node.Text("resources", "limits", "memory")}" : null;
    }

    private static IEnumerable<string> Badger(JsonNode? badger, CollectorConfig config, RenderedManifests manifests)
    {
        if (badger is null)
        {
            yield break;
        }

        if (badger.Bool("ephemeral") != false)
        {
            yield return "Badger is ephemeral";
        }

        foreach (var field in new[] { "keys", "values" })
        {
            var volume = badger.Text("directories", field) is { } path
                ? MountedFile.At(PodTexts.Fill(path, config.Environment), config.Pod, config.Container, manifests)?.Volume : null;
            if (volume is null || !FileCheck.IsLasting(volume))
            {
                yield return $"Badger's {field} lie on no claim";
            }
        }

        if (config.Pod.Owner.Kind == "Deployment" && config.Pod.Owner.Spec.Text("strategy", "type") != "Recreate")
        {
            yield return "while it rolls two pods would want Badger's files; the strategy must be Recreate";
        }
    }

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Storages(CollectorConfig config) =>
        config.Root.Entries("extensions", "jaeger_storage", "backends");
}
