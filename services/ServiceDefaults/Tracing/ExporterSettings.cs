using Microsoft.Extensions.Configuration;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// Says what is wrong with the exporter's settings before it is built. It would itself ignore an address or a protocol that it cannot read,
/// and send every span to <c>localhost:4317</c>.
/// </summary>
internal static class ExporterSettings
{
    private const string Prefix = "OTEL_EXPORTER_OTLP_";
    private const string Retry = "OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY";
    private const string RetryFolder = "OTEL_DOTNET_EXPERIMENTAL_OTLP_DISK_RETRY_DIRECTORY_PATH";

    private static readonly string[] Signals = ["", "TRACES_", "METRICS_", "LOGS_"];

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
