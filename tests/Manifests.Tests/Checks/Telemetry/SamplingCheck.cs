using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>Sampling by whole traces sees whole traces, and metrics are counted before it.</summary>
internal sealed class SamplingCheck : IManifestCheck
{
    private static readonly string[] Balancers = ["load_balancing", "loadbalancing"];

    private static readonly string[] Counters = ["span_metrics", "spanmetrics", "service_graph"];

    public string Name => "telemetry-sampling";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var configs = ConfigFiles.Of(manifests).ToList();
        return Split(configs, manifests).Concat(configs.SelectMany(config => Biased(config).Select(config.Finding)));
    }

    // With several samplers only a balancer by trace id may call them.
    private static IEnumerable<Finding> Split(List<CollectorConfig> configs, RenderedManifests manifests)
    {
        var needs = NeededPaths.Of(manifests);
        foreach (var sampler in configs.Where(config => config.Has("processors", "tail_sampling") && config.Pod.Replicas > 1))
        {
            var callers = needs
                .Where(need => need.To == sampler.Pod && need.From != sampler.Pod && need.Port?.Number is null or 4317 or 4318);
            foreach (var caller in callers
                .Where(need => !configs.Any(config => config.Pod == need.From && Balancers.Any(type => config.Has("exporters", type))))
                .Select(need => need.Caller).Distinct())
            {
                yield return sampler.Finding($"samples whole traces on {sampler.Pod.Replicas} pods, "
                    + $"but {caller} sends to it without balancing by trace id");
            }
        }
    }

    private static IEnumerable<string> Biased(CollectorConfig config) =>
        from pipeline in config.Pipelines
        where pipeline.Value.Texts("processors").Any(id => CollectorConfig.TypeOf(id) is "tail_sampling" or "probabilistic_sampler")
        from exporter in pipeline.Value.Texts("exporters")
        where Counters.Contains(CollectorConfig.TypeOf(exporter))
        select $"pipeline {pipeline.Key} counts in {exporter} what sampling has left over";
}
