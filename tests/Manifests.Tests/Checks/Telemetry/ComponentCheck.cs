using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>Only components that the version has, under the names it has for them, and no setting that was taken away.</summary>
internal sealed class ComponentCheck : IManifestCheck
{
    private static readonly Dictionary<string, string> ContribInstead = new()
    {
        ["exporters:otlp"] = "otlp_grpc", ["exporters:otlphttp"] = "otlp_http", ["exporters:logging"] = "debug",
        ["processors:k8sattributes"] = "k8s_attributes",
        ["connectors:servicegraph"] = "service_graph", ["connectors:spanmetrics"] = "span_metrics",
        ["processors:resourcedetection"] = "resource_detection",
        ["extensions:healthcheckv2"] = "health_check",
        ["extensions:memory_ballast"] = "GOMEMLIMIT",
    };

    // Fields anywhere in the named section of Jaeger's or the collector's configuration.
    private static readonly (string Section, string Field, string Instead)[] Removed =
    [
        ("extensions", "use_aliases", "indices.<kind>.rotation"), ("extensions", "use_ilm", "indices.<kind>.rotation.auto_rollover"),
        ("extensions", "span_read_alias", "indices.<kind>.rotation"), ("extensions", "span_write_alias", "indices.<kind>.rotation"),
        ("extensions", "service_read_alias", "indices.<kind>.rotation"), ("extensions", "service_write_alias", "indices.<kind>.rotation"),
        ("extensions", "data_stream", "rotation.auto_rollover"), ("extensions", "max_actions", "bulk_processing.max_bytes"),
        ("extensions", "disable_health_check", "nothing"), ("extensions", "health_check_timeout_startup", "nothing"),
        ("extensions", "send_get_body_as", "nothing"), ("extensions", "use_https", "https:// in server_urls"),
        ("extensions", "trace_storage", "storage.traces"), ("extensions", "ui_config", "ui.config_file"),
    ];

    public string Name => "telemetry-components";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        ConfigFiles.Of(manifests).SelectMany(config => Unknown(config).Concat(Gone(config)).Distinct().Select(config.Finding));

    private static IEnumerable<string> Unknown(CollectorConfig config)
    {
        foreach (var (section, _) in config.Root.Entries()
            .Where(section => section.Key != "service" && !config.Binary.Components.ContainsKey(section.Key)))
        {
            yield return $"{section} is no section of a configuration";
        }

        foreach (var (kind, known) in config.Binary.Components)
        {
            foreach (var type in config.Of(kind).Select(component => CollectorConfig.TypeOf(component.Key))
                .Where(type => !known.Contains(type)))
            {
                yield return config.Binary == Binary.Contrib && ContribInstead.TryGetValue($"{kind}:{type}", out var instead)
                    ? $"{kind}: {type} is gone or renamed, it is {instead} now"
                    : $"{kind}: {config.Binary.Name} has no {type}";
            }
        }
    }

    private static IEnumerable<string> Gone(CollectorConfig config)
    {
        if (config.Root.At("service", "telemetry", "metrics", "address") is not null)
        {
            yield return "service.telemetry.metrics.address is gone, it is readers now";
        }

        foreach (var (section, field, instead) in Removed)
        {
            if (config.Of(section).Any(component => component.Value.Objects().Any(part => part.ContainsKey(field))))
            {
                yield return $"{section}: {field} is gone, it is {instead} now";
            }
        }

        foreach (var field in new[] { "topic", "encoding" })
        {
            if (config.Of("exporters").Concat(config.Of("receivers"))
                .Any(component => CollectorConfig.TypeOf(component.Key) == "kafka" && component.Value.At(field) is not null))
            {
                yield return $"kafka: {field} is gone, it is traces.{field} now";
            }
        }
    }
}
