using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>
/// Where a collector listens others can reach it: not on localhost, which is its default, and on ports that the container declares.
/// </summary>
internal sealed partial class ListenCheck : IManifestCheck
{
    // For the one who is inside the pod already.
    private static readonly string[] Private = ["pprof", "zpages", "expvar"];

    private static readonly string[] Listening = ["health_check", "healthcheckv2", "jaeger_query", "remote_sampling", "remote_storage"];

    public string Name => "telemetry-listeners";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        ConfigFiles.Of(manifests).SelectMany(config => Problems(config).Distinct().Select(config.Finding));

    private static IEnumerable<string> Problems(CollectorConfig config)
    {
        var parts = config.Of("receivers").Where(receiver => CollectorConfig.TypeOf(receiver.Key) is not ("kafka" or "nop" or "prometheus"))
            .Concat(config.Of("extensions")
                .Where(extension => Listening.Contains(CollectorConfig.TypeOf(extension.Key)) && !Private.Contains(extension.Key)))
            .Concat(config.Of("exporters").Where(exporter => CollectorConfig.TypeOf(exporter.Key) == "prometheus"));

        foreach (var (id, settings) in parts)
        {
            foreach (var problem in Protocols(id, settings)
                .Concat(settings.Objects().Select(part => part.Text("endpoint")).OfType<string>()
                .Select(endpoint => Endpoint(endpoint, config) is { } said ? $"{id}: {said}" : null).OfType<string>()))
            {
                yield return problem;
            }
        }

        foreach (var prometheus in config.Root.Items("service", "telemetry", "metrics", "readers")
            .Select(reader => reader.At("pull", "exporter", "prometheus")).OfType<JsonNode>())
        {
            if (Endpoint($"{prometheus.Text("host") ?? "localhost"}:{prometheus.Text("port")}", config) is { } said)
            {
                yield return $"service.telemetry: {said}";
            }
        }
    }

    private static IEnumerable<string> Protocols(string id, JsonNode? settings) =>
        settings.Entries("protocols").Where(protocol => protocol.Value.At("endpoint") is null)
            .Select(protocol => $"{id}: {protocol.Key} has no endpoint and listens on localhost only");

    private static string? Endpoint(string endpoint, CollectorConfig config)
    {
        var match = EndpointPattern().Match(endpoint);
        if (!match.Success)
        {
            return $"{endpoint} is no address to listen on";
        }

        // A sidecar is called from its own pod, and the operator opens the ports of its own.
        if (match.Groups["host"].Value is "localhost" or "127.0.0.1" or "" && config.Pod.Owner.Spec.Text("mode") != "sidecar")
        {
            return $"{endpoint} listens on localhost only";
        }

        return config.Pod.IsOperated || config.Container.Ports.Any(port => port.Is(match.Groups["port"].Value))
            ? null
            : $"{endpoint} is a port that the container does not declare";
    }

    [GeneratedRegex(@"^(?<host>\$\{[^}]+\}|\[[^\]]*\]|[^:]*):(?<port>\d+)$")]
    private static partial Regex EndpointPattern();
}
