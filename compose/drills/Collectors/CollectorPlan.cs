using System.Globalization;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.Topology;

namespace InferenceTracing.Drills.Collectors;

/// <summary>
/// The local run's processes with the two collectors of the deployments between services and storage, each with the configuration that compose
/// and Kubernetes mount: services → collector → TraceStore, and edge → edge collector → gateway (TLS, a key) → collector. A second TraceStore stands
/// where MLflow would, and gets the same traces over HTTP.
/// </summary>
internal sealed record CollectorPlan(ServicePlan Services, IReadOnlyDictionary<string, CollectorSpec> Collectors, PlannedRelay Link, PlannedRelay Storage)
{
    public const string EdgeCollector = "edge-collector", Collector = "collector", SecondStore = "tracestore-2";

    // Of TraceStore.
    private const string Http = "Kestrel__Endpoints__Http__Url", OtlpGrpc = "Kestrel__Endpoints__OtlpGrpc__Url", OtlpHttp = "Kestrel__Endpoints__OtlpHttp__Url";

    /// <param name="checkout">Whose services and configurations.</param>
    /// <param name="models">Who votes.</param>
    /// <param name="program">The collector.</param>
    /// <param name="folder">Queues, and the exporter's files.</param>
    /// <param name="secrets">Keys and certificates, a folder for each part.</param>
    /// <param name="logs">A file for each process.</param>
    public static CollectorPlan Create(Checkout checkout, ModelChoice models, string program, string folder, Secrets secrets, string logs)
    {
        var ports = PortChoice.AllFree();
        var plan = ServicePlan.Create(checkout, models, ports, logs);
        var store = plan[SystemParts.TraceStore];
        var second = SecondOf(store, ports);
        var storage = new PlannedRelay(ports.For("storage", 0), new Uri(store.Settings[OtlpGrpc]).Port);
        var link = new PlannedRelay(ports.For("link", 0), ports.For("gateway-tls", 0));
        var cluster = $"https://127.0.0.1:{link.Port}";
        var components = Path.Combine(checkout.Root, "k8s", "components");

        var collector = CollectorSpec.Cluster(
            Collector,
            program,
            [Path.Combine(components, "collector", "collector-config.yaml"), Path.Combine(components, "mlflow", "collector-mlflow.yaml")],
            Path.Combine(folder, "queue"),
            ports,
            new()
            {
                ["OTLP_KEYS_FILE"] = secrets.CollectorKeys,
                ["JAEGER_ENDPOINT"] = $"127.0.0.1:{storage.Port}",
                ["MLFLOW_URL"] = second.Settings[OtlpHttp],
                ["MLFLOW_EXPERIMENT_ID"] = "0",
            });
        var edgeCollector = CollectorSpec.Edge(
            EdgeCollector,
            program,
            [Path.Combine(checkout.Root, "compose", "collector", "edge.yaml")],
            Path.Combine(folder, "edge-queue"),
            ports,
            new()
            {
                ["CLUSTER_URL"] = cluster,
                ["CLUSTER_KEY"] = secrets.EdgeKey,
                ["CLUSTER_CA_FILE"] = secrets.EdgeCa,
            });

        foreach (var service in plan.Services.Where(service => service.Name != SystemParts.TraceStore))
        {
            var atEdge = service.Name == SystemParts.Preprocessing;
            Export(service.Settings, atEdge ? edgeCollector.OtlpHttpPort : collector.OtlpHttpPort, atEdge ? Path.Combine(folder, "edge-retry") : null);
        }

        InContainers(plan[SystemParts.Gateway], collector.OtlpHttpPort, link.Target, secrets);
        InContainers(plan[SystemParts.Preprocessing], cluster, secrets);

        // The store is the plan's first, the edge its last. They are stopped the other way round: a collector outlives those whose spans it takes.
        return new CollectorPlan(
            plan with { Services = [store, second, collector.Process, .. plan.Services.Skip(1).SkipLast(1), edgeCollector.Process, plan.Services[^1]] },
            new Dictionary<string, CollectorSpec> { [Collector] = collector, [EdgeCollector] = edgeCollector },
            link,
            storage);
    }

    private static ServiceSpec SecondOf(ServiceSpec store, PortChoice ports)
    {
        var pages = ports.For(SecondStore, 0);
        return store with
        {
            Name = SecondStore,
            Port = pages,
            Settings = new(store.Settings)
            {
                [Http] = $"http://127.0.0.1:{pages}",
                [OtlpGrpc] = $"http://127.0.0.1:{ports.For($"{SecondStore}-grpc", 0)}",
                [OtlpHttp] = $"http://127.0.0.1:{ports.For($"{SecondStore}-http", 0)}",
            },
        };
    }

    /// <summary>What the compose files set; the rest is the services' own default.</summary>
    private static void Export(Dictionary<string, string> settings, int port, string? retryFolder)
    {
        settings["OTEL_EXPORTER_OTLP_ENDPOINT"] = $"http://127.0.0.1:{port}";
        settings["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        // The default again: the local runner is in more of a hurry.
        settings["OTEL_BSP_SCHEDULE_DELAY"] = "1000";
        settings.Remove("OTEL_EXPORTER_OTLP_HEADERS");

        if (retryFolder is not null)
        {
            settings["OTEL_EXPORTER_OTLP_TIMEOUT"] = "3000";
            settings["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "disk";
            settings["OTEL_DOTNET_EXPERIMENTAL_OTLP_DISK_RETRY_DIRECTORY_PATH"] = retryFolder;
        }
    }

    private static void InContainers(ServiceSpec gateway, int collector, int tlsPort, Secrets secrets)
    {
        gateway.Settings.Remove("Gateway__ApiKeys__edge__Key");
        gateway.Settings["SecretsFolder"] = secrets.Gateway;
        gateway.Settings["ReverseProxy__Clusters__collector__Destinations__0__Address"] = $"http://127.0.0.1:{collector}";
        gateway.Settings["URLS"] = string.Create(CultureInfo.InvariantCulture, $"{gateway.Url.GetLeftPart(UriPartial.Authority)};https://127.0.0.1:{tlsPort}");
        gateway.Settings["Kestrel__Certificates__Default__Path"] = Path.Combine(secrets.Gateway, "tls", "tls.crt");
        gateway.Settings["Kestrel__Certificates__Default__KeyPath"] = Path.Combine(secrets.Gateway, "tls", "tls.key");
    }

    private static void InContainers(ServiceSpec preprocessing, string cluster, Secrets secrets)
    {
        preprocessing.Settings.Remove("Cluster__ApiKey");
        preprocessing.Settings["SecretsFolder"] = secrets.Edge;
        preprocessing.Settings["Cluster__Url"] = cluster;
        preprocessing.Settings["SSL_CERT_FILE"] = secrets.EdgeCa;
        preprocessing.Settings["SSL_CERT_DIR"] = secrets.Edge;
    }
}

/// <summary>Where a relay listens, and where it leads.</summary>
internal sealed record PlannedRelay(int Port, int Target);
