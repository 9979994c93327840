namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>A program that reads collector configuration, and what is compiled into it.</summary>
internal sealed record Binary(string Name, string Image, IReadOnlyDictionary<string, string[]> Components)
{
    /// <summary>Those of contrib 0.159 that a cluster of ours has any use for, by their new names.</summary>
    public static readonly Binary Contrib = new("OpenTelemetry Collector contrib", "otel/opentelemetry-collector-contrib",
        new Dictionary<string, string[]>
    {
        ["receivers"] = ["otlp", "nop", "prometheus", "hostmetrics", "kubeletstats", "k8s_cluster", "k8s_events", "kafka", "jaeger",
            "zipkin", "file_log"],
        ["processors"] =
        [
            "memory_limiter", "batch", "k8s_attributes", "resource", "resource_detection", "attributes", "transform", "filter",
            "tail_sampling", "probabilistic_sampler", "groupbytrace", "span", "redaction",
        ],
        ["exporters"] = ["otlp_grpc", "otlp_http", "debug", "nop", "prometheus", "prometheusremotewrite", "kafka", "load_balancing",
            "loadbalancing", "file", "elasticsearch"],
        ["connectors"] = ["span_metrics", "service_graph", "forward", "routing", "failover", "count"],
        ["extensions"] =
        [
            "health_check", "pprof", "zpages", "file_storage", "basicauth", "bearertokenauth", "oidc", "oauth2client", "headers_setter",
            "k8s_observer",
            "k8s_leader_elector", "opamp",
        ],
    });

    /// <summary>Jaeger 2.21: the whole list, with the older names that it still takes.</summary>
    public static readonly Binary Jaeger = new("Jaeger", "jaegertracing/jaeger", new Dictionary<string, string[]>
    {
        ["receivers"] = ["otlp", "jaeger", "kafka", "zipkin", "nop"],
        ["processors"] = ["batch", "memory_limiter", "tail_sampling", "attributes", "filter", "adaptive_sampling"],
        ["exporters"] = ["debug", "otlp_grpc", "otlp", "otlp_http", "otlphttp", "kafka", "prometheus", "nop", "jaeger_storage_exporter"],
        ["connectors"] = ["forward", "span_metrics", "spanmetrics"],
        ["extensions"] =
        [
            "healthcheckv2", "pprof", "zpages", "basicauth", "sigv4auth", "jaeger_query", "jaeger_storage", "remote_sampling", "expvar",
            "remote_storage",
        ],
    });

    public static Binary? Of(string image) => new[] { Contrib, Jaeger }.FirstOrDefault(binary =>
        image.Split('@')[0].Split(':')[0] is var repository
            && (repository == binary.Image || repository.EndsWith("/" + binary.Image, StringComparison.Ordinal)));
}
