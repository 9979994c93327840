using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>Jaeger's defaults that lose or bend traces, and what it warns of at every start.</summary>
internal sealed class JaegerCheck : IManifestCheck
{
    private const string ParentOnce = "jaeger.es.omitParentSpanIDReference";

    public string Name => "jaeger";

    public IEnumerable<Finding> Check(RenderedManifests manifests) => ConfigFiles.Of(manifests)
        .Where(config => config.Binary == Binary.Jaeger)
        .SelectMany(config => Writes(config).Concat(Reads(config)).Concat(Consumes(config)).Concat(Starts(config)).Select(config.Finding));

    private static IEnumerable<string> Writes(CollectorConfig config)
    {
        foreach (var name in config.Of("exporters").Select(exporter => exporter.Value.Text("trace_storage")).OfType<string>())
        {
            if (config.Root.At("extensions", "jaeger_storage", "backends", name, "elasticsearch") is not { } elasticsearch)
            {
                continue;
            }

            if (elasticsearch.Text("write_mode") != "sync")
            {
                yield return $"the storage {name} is told of spans and drops them when Elasticsearch is away; write_mode must be sync";
            }

            var gates = config.Container.CommandLine.Append(config.Pod.Owner.Spec.Text("args", "feature-gates"));
            if (!gates.Any(gate => gate?.Contains(ParentOnce, StringComparison.Ordinal) == true))
            {
                yield return $"without --feature-gates={ParentOnce} the service graph counts every call twice";
            }
        }
    }

    private static IEnumerable<string> Reads(CollectorConfig config)
    {
        if (config.Root.At("extensions", "jaeger_query") is not { } query)
        {
            yield break;
        }

        if (query.Bool("enable_tracing") != false)
        {
            yield return "jaeger_query traces itself into the store it shows; enable_tracing must be false";
        }

        if (query.Text("max_clock_skew_adjust") is not (null or "0" or "0s"))
        {
            yield return "jaeger_query: max_clock_skew_adjust moves spans that are where they belong";
        }
    }

    private static IEnumerable<string> Consumes(CollectorConfig config) =>
        from receiver in config.Of("receivers")
        where CollectorConfig.TypeOf(receiver.Key) == "kafka"
        from wanted in new[] { ("after", true), ("on_error", false), ("on_permanent_error", true) }
        where receiver.Value.Bool("message_marking", wanted.Item1) != wanted.Item2
        select $"{receiver.Key}: message_marking.{wanted.Item1} must be {wanted.Item2.ToString().ToLowerInvariant()}";

    private static IEnumerable<string> Starts(CollectorConfig config)
    {
        if (config.Root.Entries("service", "telemetry", "resource").Any(entry => entry.Value is JsonValue))
        {
            yield return "service.telemetry.resource is a list of attributes now";
        }

        foreach (var host in config.Root.Objects().SelectMany(part => part.Texts("servers"))
            .Select(server => PodTexts.Fill(server, new Dictionary<string, string>())).Where(host => !host.Contains('.')))
        {
            yield return $"{host} has no dot, and Cassandra's client refuses such a name";
        }
    }
}
