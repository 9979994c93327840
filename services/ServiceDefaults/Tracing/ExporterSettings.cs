using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// What the exporter is told where nobody says otherwise, so that spans outlast a collector that restarts; and what is wrong with its settings, before it
/// is built: it would itself ignore an address or a protocol that it cannot read, and send every span to <c>localhost:4317</c>.
/// </summary>
internal static class ExporterSettings
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";
    private const string Retry = "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY";
    private const string RetryFolder = "OTEL_DOTNET_EXPERIMENTAL_OTLP_DISK_RETRY_DIRECTORY_PATH";

    private static readonly string[] Signals = ["", "TRACES_", "METRICS_", "LOGS_"];

    /// <summary>
    /// The exporter's own defaults send once, wait five seconds for it and hold 2,048 spans. With these a collector may be away for half a minute; a process
    /// that is killed takes its last second's spans along.
    /// </summary>
    public static void AddDefaults(ConfigurationManager settings) => settings.Sources.Insert(0, new MemoryConfigurationSource
    {
        InitialData =
        [
            new(Retry, "in_memory"),
            new($"{Prefix}TIMEOUT", "30000"),
            new("OTEL_BSP_MAX_QUEUE_SIZE", "16384"),
            new("OTEL_BSP_SCHEDULE_DELAY", "1000"),
            new("OTEL_BLRP_SCHEDULE_DELAY", "1000"),
        ],
    });

    /// <exception cref="StartupException">A setting cannot be meant as it is.</exception>
    public static void Check(IConfiguration settings)
    {
        foreach (var signal in Signals)
        {
            CheckEndpoint(settings, $"{Prefix}{signal}ENDPOINT");
            CheckProtocol(settings, $"{Prefix}{signal}PROTOCOL");
        }

        if (settings[Retry] == "disk" && string.IsNullOrEmpty(settings[RetryFolder]))
        {
            throw new StartupException($"{Retry}=disk needs a folder in {RetryFolder}.");
        }
    }

    private static void CheckEndpoint(IConfiguration settings, string name)
    {
        if (settings[name] is { Length: > 0 } text
            && (!Uri.TryCreate(text, UriKind.Absolute, out var endpoint) || endpoint.Scheme is not ("http" or "https")))
        {
            throw new StartupException($"{name} must be an http(s) address, not '{text}'.");
        }
    }

    private static void CheckProtocol(IConfiguration settings, string name)
    {
        if (settings[name] is { Length: > 0 } text && text is not ("grpc" or "http/protobuf"))
        {
            throw new StartupException($"{name} must be grpc or http/protobuf, not '{text}'.");
        }
    }
}
