using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>
/// What a sender was told is stored is on a disk: queues that never give up, take a whole batch and answer for themselves only, and nothing
/// in front of them that answers first.
/// </summary>
internal sealed class QueueCheck : IManifestCheck
{
    private static readonly string[] Balancers = ["load_balancing", "loadbalancing"];

    public string Name => "telemetry-queues";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        from config in ConfigFiles.Of(manifests)
        where config.Binary == Binary.Contrib
        from problem in config.Of("exporters")
            .SelectMany(exporter => Retries(exporter.Key, exporter.Value).Concat(Size(exporter.Key, exporter.Value, config)))
            .Concat(Pipelines(config)).Distinct()
        select config.Finding(problem);

    private static IEnumerable<string> Retries(string id, JsonNode? settings)
    {
        if (IsOnDisk(settings) && settings.Text("retry_on_failure", "max_elapsed_time") is not ("0" or "0s"))
        {
            yield return $"exporters {id}: gives a batch up after a while; retry_on_failure.max_elapsed_time must be 0s";
        }

        // This exporter's own retries have no defaults: without intervals it tries again at once, for ever.
        foreach (var field in Balancers.Contains(CollectorConfig.TypeOf(id)) ? new[] { "initial_interval", "max_interval" } : [])
        {
            if (settings.At("retry_on_failure", field) is null)
            {
                yield return $"exporters {id}: spins without retry_on_failure.{field}";
            }
        }
    }

    // The collector refuses to start with a queue that no batch fits in.
    private static IEnumerable<string> Size(string id, JsonNode? settings, CollectorConfig config)
    {
        var size = settings.Text("sending_queue", "queue_size") is { } written ? PodTexts.Fill(written, config.Environment) : null;
        if (int.TryParse(size, out var spans) && settings.Int("sending_queue", "batch", "min_size") is { } batch && spans < batch)
        {
            yield return $"exporters {id}: a queue of {spans} does not hold one batch of {batch}";
        }
    }

    private static IEnumerable<string> Pipelines(CollectorConfig config)
    {
        foreach (var (pipeline, parts) in config.Pipelines)
        {
            var queues = parts.Texts("exporters").Where(id => IsOnDisk(config.Root.At("exporters", id))).ToList();
            if (queues.Count > 1)
            {
                yield return $"pipeline {pipeline}: when one of {string.Join(", ", queues)} is full, the other gets everything twice";
            }

            if (parts.Texts("processors").Any(id => CollectorConfig.TypeOf(id) == "batch") && !IsBranch(parts, config))
            {
                yield return $"pipeline {pipeline}: batch answers the sender before a queue has the spans";
            }
        }
    }

    // Beside an exporter whose queue answers the sender, a branch may answer at once.
    private static bool IsBranch(JsonNode? pipeline, CollectorConfig config) => pipeline.Texts("receivers").All(connector =>
        config.Pipelines.Any(other => other.Value.Texts("exporters").Contains(connector)
            && other.Value.Texts("exporters").Any(id => IsOnDisk(config.Root.At("exporters", id)))));

    private static bool IsOnDisk(JsonNode? exporter) => exporter.At("sending_queue", "storage") is not null;
}
