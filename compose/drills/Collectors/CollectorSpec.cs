using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Drills.Collectors;

/// <summary>
/// A collector as a process: configurations of the repository as they stand, and laid over them what a drill wants otherwise, which is free ports
/// of the loopback and folders of its own.
/// </summary>
internal sealed record CollectorSpec(ServiceSpec Process, int OtlpHttpPort, int MetricsPort)
{
    // Nothing that a drill starts outlives it. Our services stop when their standard input ends; for a collector, a shell beside it waits for that.
    private const string EndWithParent = """
        exec 3<&0
        { cat <&3; read -r _ _ _ parent _ < /proc/self/stat; [ "$parent" = $$ ] && kill -9 $$; } > /dev/null 2>&1 &
        exec "$@" 3<&- < /dev/null
        """;

    /// <summary>compose/collector/edge.yaml.</summary>
    public static CollectorSpec Edge(string name, string program, IReadOnlyList<string> configurations, string queue, PortChoice ports, Dictionary<string, string> settings)
    {
        var http = ports.For($"{name}-http", 0);
        return Create(name, program, configurations, ports, settings, http, new()
        {
            ["extensions::file_storage/queue::directory"] = queue,
            ["extensions::file_storage/queue::compaction::directory"] = queue,
            ["receivers::otlp::protocols::grpc::endpoint"] = Loopback(ports.For($"{name}-grpc", 0)),
            ["receivers::otlp::protocols::http::endpoint"] = Loopback(http),
        });
    }

    /// <summary>k8s/components/collector/collector-config.yaml.</summary>
    public static CollectorSpec Cluster(string name, string program, IReadOnlyList<string> configurations, string queue, PortChoice ports, Dictionary<string, string> settings)
    {
        var http = ports.For($"{name}-http", 0);
        settings["QUEUE_DIRECTORY"] = queue;
        return Create(name, program, configurations, ports, settings, http, new()
        {
            ["receivers::otlp/edge::protocols::grpc::endpoint"] = Loopback(ports.For($"{name}-edge-grpc", 0)),
            ["receivers::otlp/edge::protocols::http::endpoint"] = Loopback(ports.For($"{name}-edge-http", 0)),
            ["receivers::otlp/cluster::protocols::grpc::endpoint"] = Loopback(ports.For($"{name}-grpc", 0)),
            ["receivers::otlp/cluster::protocols::http::endpoint"] = Loopback(http),
            ["exporters::prometheus::endpoint"] = Loopback(ports.For($"{name}-red", 0)),
        });
    }

    private static CollectorSpec Create(
        string name, string program, IReadOnlyList<string> configurations, PortChoice ports, Dictionary<string, string> settings, int http, Dictionary<string, string> over)
    {
        var (health, metrics) = (ports.For($"{name}-health", 0), ports.For($"{name}-metrics", 0));
        over["extensions::health_check::endpoint"] = Loopback(health);
        // Asked like a service of ours.
        over["extensions::health_check::path"] = "/health/ready";
        over["service::telemetry::metrics::readers"] = $"[pull: {{exporter: {{prometheus: {{host: 127.0.0.1, port: {metrics}}}}}}}]";

        return new CollectorSpec(
            new ServiceSpec(name, "sh", health, settings)
            {
                Arguments =
                [
                    "-c", EndWithParent, "sh", program,
                    .. configurations.Select(file => $"--config={file}"),
                    .. over.Select(setting => $"--config=yaml:{setting.Key}: {setting.Value}"),
                ],
            },
            http,
            metrics);
    }

    private static string Loopback(int port) => $"127.0.0.1:{port}";
}
