using InferenceTracing.Topology;

namespace InferenceTracing.Runner.Fleet;

/// <summary>
/// Jaeger, the Aspire dashboard, Grafana or a collector, in place of our own store: every part sends it spans, metrics and logs, the edge too, since the gateway lets in
/// only what goes to the cluster's own.
/// </summary>
internal sealed record OtlpBackend(Uri Address)
{
    private const string Headers = "OTEL_EXPORTER_OTLP_HEADERS";

    // OTLP's own port for gRPC, and the Aspire dashboard's.
    private static readonly int[] GrpcPorts = [4317, 18889];

    /// <summary>By the port, as the backends have it.</summary>
    public string Protocol => GrpcPorts.Contains(Address.Port) ? "grpc" : "http/protobuf";

    /// <summary>The settings of any part; what the backend wants to be shown comes from the caller's own environment.</summary>
    public IEnumerable<KeyValuePair<string, string>> Settings() =>
    [
        new("OTEL_EXPORTER_OTLP_ENDPOINT", Address.AbsoluteUri.TrimEnd('/')),
        new("OTEL_EXPORTER_OTLP_PROTOCOL", Protocol),
        new("OTEL_METRICS_EXPORTER", "otlp"),
        new("OTEL_LOGS_EXPORTER", "otlp"),
        new(Headers, Environment.GetEnvironmentVariable(Headers) ?? ""),
        // Where a trace is seen there is not known here.
        new("Cluster__TraceUrl", ""),
    ];

    /// <summary>The parts there are beside it.</summary>
    public static IEnumerable<Part> Parts(IEnumerable<Part> all) => all.Where(part => part.Name != SystemParts.TraceStore);
}
