using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>The jobs beside Elasticsearch: what is still read is not deleted, and a day's calls are counted once.</summary>
internal sealed partial class StorageJobCheck : IManifestCheck
{
    public string Name => "storage-jobs";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var read = Ages(manifests).DefaultIfEmpty().Max();
        return from pod in manifests.Cluster.Workloads
               where pod.Owner.Kind == "CronJob"
               from container in pod.Containers
               from problem in Deletes(container, read).Concat(Counts(pod, container))
               select new Finding(pod.ToString(), problem);
    }

    // The cleaner counts from an index's creation, at the beginning of its day.
    private static IEnumerable<string> Deletes(Container container, int read)
    {
        if (container.Image.Contains("es-index-cleaner", StringComparison.Ordinal)
            && int.TryParse(container.CommandLine.FirstOrDefault(), out var days) && days * 24 < read + 24)
        {
            yield return $"deletes indices {days} days after they were made, but {read} hours are read: one day more is needed";
        }
    }

    // On Elasticsearch each run adds its counts to those of the day's earlier runs.
    private static IEnumerable<string> Counts(Workload pod, Container container)
    {
        var schedule = pod.Owner.Spec.Text("schedule") ?? "";
        if (!container.IsInit && container.Image.Contains("spark-dependencies", StringComparison.Ordinal)
            && container.Image.Contains("elasticsearch", StringComparison.Ordinal) && !DailyPattern().IsMatch(schedule))
        {
            yield return $"counts a day's calls several times by '{schedule}'";
        }
    }

    // An archive is read for longer, and no job deletes it.
    private static IEnumerable<int> Ages(RenderedManifests manifests) =>
        from config in ConfigFiles.Of(manifests)
        from storage in config.Root.Entries("extensions", "jaeger_storage", "backends")
        where storage.Value.At("elasticsearch", "indices", "spans", "rotation", "manual_rollover") is null
        let age = storage.Value.Text("elasticsearch", "max_span_age") is { } written ? PodTexts.Fill(written, config.Environment) : ""
        where age.EndsWith('h') && int.TryParse(age[..^1], out _)
        select int.Parse(age[..^1]);

    [GeneratedRegex(@"^\d+ \d+ \S+ \S+ \S+$")]
    private static partial Regex DailyPattern();
}
