using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>An address that a component calls, environment filled in, and the port that applies where it gives none.</summary>
internal sealed record OutgoingAddress(string Component, string Text, int DefaultPort)
{
    private static readonly string[] Listening = ["prometheus"];

    public static IEnumerable<OutgoingAddress> Of(CollectorConfig config) => Written(config)
        .Select(address => address with { Text = PodTexts.Fill(address.Text, config.Environment) });

    /// <summary>Host and port; the host is null where the text is no address.</summary>
    public (string? Host, int Port) Parsed()
    {
        var text = Text.Contains("://", StringComparison.Ordinal) ? Text : $"none://{Text}";
        return Uri.TryCreate(text.Replace("dns:///", "", StringComparison.Ordinal), UriKind.Absolute, out var uri) && uri.Host.Length > 0
            ? (uri.Host, uri.Port > 0 ? uri.Port : DefaultPort)
            : (null, 0);
    }

    private static IEnumerable<OutgoingAddress> Written(CollectorConfig config)
    {
        foreach (var (id, settings) in config.Of("exporters").Where(exporter => !Listening.Contains(CollectorConfig.TypeOf(exporter.Key))))
        {
            foreach (var address in Balanced(id, settings)
                .Concat(Named($"exporters {id}", settings, 443, "endpoint", "traces_endpoint", "metrics_endpoint", "logs_endpoint",
                    "endpoints", "brokers")))
            {
                yield return address;
            }
        }

        foreach (var (id, settings) in config.Of("receivers").Where(receiver => CollectorConfig.TypeOf(receiver.Key) == "kafka"))
        {
            foreach (var address in Named($"receivers {id}", settings, 9092, "brokers"))
            {
                yield return address;
            }
        }

        foreach (var part in config.Of("extensions").Where(extension => CollectorConfig.TypeOf(extension.Key) == "jaeger_storage")
            .SelectMany(extension => extension.Value.Objects()))
        {
            foreach (var address in Named("jaeger_storage", part, 9200, "server_urls")
                .Concat(Named("jaeger_storage", part, 9042, "servers")).Concat(Named("jaeger_storage", part, 17271, "endpoint")))
            {
                yield return address;
            }
        }
    }

    private static IEnumerable<OutgoingAddress> Balanced(string id, JsonNode? settings)
    {
        var resolver = settings.At("resolver");
        var port = resolver.Int("dns", "port") ?? resolver.Items("k8s", "ports").Select(item => int.Parse(item.ToString()))
            .FirstOrDefault(4317);
        return Named($"exporters {id}", resolver.At("dns"), port, "hostname")
            .Concat(Named($"exporters {id}", resolver.At("k8s"), port, "service"))
            .Concat(Named($"exporters {id}", resolver.At("static"), port, "hostnames"));
    }

    private static IEnumerable<OutgoingAddress> Named(string component, JsonNode? settings, int defaultPort, params string[] fields) =>
        from field in fields
        from text in settings.Texts(field).Concat(settings.Text(field) is { } single ? [single] : [])
        from one in text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
        select new OutgoingAddress(component, one, defaultPort);
}
