using System.Text.Json;
using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>
/// Files and folders that a configuration names are mounted, and queues that should outlive the process lie on a disk that does.
/// </summary>
internal sealed class FileCheck : IManifestCheck
{
    private static readonly string[] Queued = ["otlp_grpc", "otlp_http", "otlp", "otlphttp", "kafka", "load_balancing", "loadbalancing"];

    public string Name => "telemetry-files";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        ConfigFiles.Of(manifests)
            .SelectMany(config => Files(config, manifests).Concat(Strategies(config, manifests)).Concat(Folders(config, manifests))
                .Concat(Queues(config)).Distinct().Select(config.Finding));

    private static IEnumerable<string> Files(CollectorConfig config, RenderedManifests manifests) =>
        from scalar in config.Root.Scalars()
        where scalar.Field is "file" or "config_file" || scalar.Field.EndsWith("_file", StringComparison.Ordinal)
        let path = PodTexts.Fill(scalar.Value, config.Environment)
        where path.StartsWith('/') && !path.StartsWith("/var/run/secrets/kubernetes.io/", StringComparison.Ordinal)
        let problem = Problem(path, config, manifests)
        where problem is not null
        select $"{scalar.Field} {path} {problem}";

    private static IEnumerable<string> Strategies(CollectorConfig config, RenderedManifests manifests) =>
        config.Root.Text("extensions", "remote_sampling", "file", "path") is { } written
        && PodTexts.Fill(written, config.Environment) is var path && Problem(path, config, manifests) is { } problem
            ? [$"remote_sampling: the file '{path}' {problem}"] : [];

    // Jaeger does not start with a file of strategies or for its UI that it cannot read.
    private static string? Problem(string path, CollectorConfig config, RenderedManifests manifests) =>
        MountedFile.At(path, config.Pod, config.Container, manifests) is not { Exists: true } file ? "is not mounted"
        : path.EndsWith(".json", StringComparison.Ordinal) && file.Text is { } text && !IsJson(text) ? "is no JSON" : null;

    private static bool IsJson(string text)
    {
        try
        {
            return JsonNode.Parse(text) is JsonObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static IEnumerable<string> Folders(CollectorConfig config, RenderedManifests manifests) =>
        from extension in config.Of("extensions")
        where CollectorConfig.TypeOf(extension.Key) == "file_storage"
        from scalar in extension.Value.Scalars()
        where scalar.Field == "directory"
        let path = PodTexts.Fill(scalar.Value, config.Environment)
        let volume = MountedFile.At(path, config.Pod, config.Container, manifests)?.Volume
        let problem = volume is null ? "is not mounted" : IsLasting(volume) ? null : "does not outlive the pod"
        where problem is not null
        select $"{extension.Key}: {path} {problem}";

    public static bool IsLasting(JsonNode volume) =>
        volume.At("persistentVolumeClaim") is not null || volume.At("spec") is not null || volume.At("ephemeral") is not null;

    // With a storage at hand an exporter that calls others keeps its queue there.
    private static IEnumerable<string> Queues(CollectorConfig config) => !config.Has("extensions", "file_storage") ? [] :
        from exporter in config.Of("exporters")
        where Queued.Contains(CollectorConfig.TypeOf(exporter.Key))
        where CollectorConfig.TypeOf(exporter.Value.Text("sending_queue", "storage") ?? "") != "file_storage"
        select $"exporters {exporter.Key}: its queue is in memory only";
}
