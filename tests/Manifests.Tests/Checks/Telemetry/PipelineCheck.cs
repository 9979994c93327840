using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>
/// Pipelines and definitions fit: all that is used is defined, all that is defined is used, connectors connect, the memory limiter is
/// first.
/// </summary>
internal sealed class PipelineCheck : IManifestCheck
{
    private static readonly string[] NoInput = ["nop"];

    public string Name => "telemetry-pipelines";

    public IEnumerable<Finding> Check(RenderedManifests manifests) => ConfigFiles.Problems(manifests)
        .Concat(ConfigFiles.Of(manifests)
            .SelectMany(config => Undefined(config).Concat(Unused(config)).Concat(Unlimited(config)).Select(config.Finding)));

    private static IEnumerable<string> Undefined(CollectorConfig config)
    {
        if (!config.Pipelines.Any())
        {
            yield return "there is no pipeline";
        }

        var connectors = Ids(config, "connectors");
        foreach (var (pipeline, parts) in config.Pipelines)
        {
            var missing = parts.Texts("receivers").Except(Ids(config, "receivers")).Except(connectors)
                .Concat(parts.Texts("processors").Except(Ids(config, "processors")))
                .Concat(parts.Texts("exporters").Except(Ids(config, "exporters")).Except(connectors));
            foreach (var id in missing)
            {
                yield return $"pipeline {pipeline} uses {id}, which is not defined";
            }
        }

        foreach (var id in config.Root.Texts("service", "extensions").Except(Ids(config, "extensions")))
        {
            yield return $"service.extensions uses {id}, which is not defined";
        }

        var started = config.Root.Texts("service", "extensions").ToHashSet();
        foreach (var (_, id) in Referenced(config).Where(reference => !started.Contains(reference.Id)))
        {
            yield return $"{id} is asked for, but service.extensions does not start it";
        }
    }

    // Authenticators and queue storages are extensions that a component names.
    private static IEnumerable<(string Field, string Id)> Referenced(CollectorConfig config) =>
        new[] { "receivers", "exporters", "extensions" }.SelectMany(config.Of).SelectMany(component => component.Value.Objects())
            .SelectMany(part =>
                new[] { ("authenticator", part.Text("authenticator")),
                ("storage", part.At("num_consumers") is not null || part.At("queue_size") is not null || part.At("sizer") is not null
                ? part.Text("storage") : null) })
            .Where(reference => reference.Item2 is not null)
            .Select(reference => (reference.Item1, reference.Item2!))
            .Distinct();

    private static IEnumerable<string> Unused(CollectorConfig config)
    {
        var used = config.Pipelines.SelectMany(pipeline => pipeline.Value.Scalars()).Select(scalar => scalar.Value).ToHashSet();
        foreach (var (kind, id) in new[] { "receivers", "processors", "exporters" }
            .SelectMany(kind => Ids(config, kind).Select(id => (kind, id))))
        {
            if (!used.Contains(id))
            {
                yield return $"{kind} defines {id}, which no pipeline uses";
            }
        }

        foreach (var id in Ids(config, "extensions").Except(config.Root.Texts("service", "extensions")))
        {
            yield return $"extensions defines {id}, which service.extensions does not start";
        }

        foreach (var id in Ids(config, "connectors"))
        {
            if (!config.Pipelines.Any(pipeline => pipeline.Value.Texts("exporters").Contains(id)))
            {
                yield return $"nothing feeds the connector {id}";
            }

            if (!config.Pipelines.Any(pipeline => pipeline.Value.Texts("receivers").Contains(id)))
            {
                yield return $"nothing reads from the connector {id}";
            }
        }
    }

    private static IEnumerable<string> Unlimited(CollectorConfig config)
    {
        foreach (var (pipeline, parts) in config.Pipelines)
        {
            var fromOutside = parts.Texts("receivers").Except(Ids(config, "connectors"))
                .Any(id => !NoInput.Contains(CollectorConfig.TypeOf(id)));
            if (fromOutside && CollectorConfig.TypeOf(parts.Texts("processors").FirstOrDefault() ?? "") != "memory_limiter")
            {
                yield return $"pipeline {pipeline} does not begin with memory_limiter";
            }
        }
    }

    private static HashSet<string> Ids(CollectorConfig config, string kind) => [.. config.Of(kind).Select(component => component.Key)];
}
