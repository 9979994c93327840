using System.Globalization;
using System.Security.Cryptography;

namespace InferenceTracing.Runner.Fleet;

/// <summary>Which processes make up the system, with their settings, in the order in which they can become ready.</summary>
internal sealed record ServicePlan(IReadOnlyList<ServiceSpec> Services, IReadOnlyList<string> Members, string LogFolder)
{
    public Uri Edge => this["preprocessing"].Url;

    public Uri Traces => this["tracestore"].Url;

    private ServiceSpec this[string name] => Services.Single(service => service.Name == name);

    public static ServicePlan Create(Checkout checkout, ModelChoice models, PortChoice ports, string logFolder)
    {
        // The key of this run; the edge shows it to the gateway, as it would in the field.
        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var store = ports.For("tracestore", 16686);
        var grpc = ports.For("otlp-grpc", 4317);
        var http = ports.For("otlp-http", 4318);
        var gateway = ports.For("gateway", 8080);
        var ensemble = ports.For("ensemble", 5011);
        var members = models.Names.Select((name, index) => (Name: name, Port: ports.For(name, 5012 + index))).ToList();

        List<ServiceSpec> services =
        [
            new("tracestore", checkout.Executable("TraceStore"), store, new()
            {
                ["Kestrel__Endpoints__Http__Url"] = Loopback(store),
                ["Kestrel__Endpoints__OtlpGrpc__Url"] = Loopback(grpc),
                ["Kestrel__Endpoints__OtlpHttp__Url"] = Loopback(http),
            }),
            .. members.Select(member => new ServiceSpec(member.Name, checkout.Executable("ModelServer"), member.Port, new()
            {
                ["Model__Name"] = member.Name,
                ["Model__Threads"] = ThreadsOfARun(models.Names.Count).ToString(CultureInfo.InvariantCulture),
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Loopback(grpc),
            })),
            new("ensemble", checkout.Executable("Ensemble"), ensemble, new()
            {
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Loopback(grpc),
            }),
            new("gateway", checkout.Executable("Gateway"), gateway, new()
            {
                ["Gateway__ApiKeys__edge__Key"] = key,
                ["ReverseProxy__Clusters__ensemble__Destinations__0__Address"] = Loopback(ensemble),
                ["ReverseProxy__Clusters__ensemble__HealthCheck__Active__Interval"] = "00:00:00.200",
                ["ReverseProxy__Clusters__collector__Destinations__0__Address"] = Loopback(http),
                ["ReverseProxy__Clusters__traces__Destinations__0__Address"] = Loopback(store),
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Loopback(grpc),
            }),
            new("preprocessing", checkout.Executable("Preprocessing"), ports.For("preprocessing", 5010), new()
            {
                // The edge shares the cores with the whole cluster here: eight under way keep two of them busy, and more only get in each other's way.
                ["Preprocessing__MaxInFlight"] = $"{4 * Environment.ProcessorCount}",
                ["Preprocessing__QueueLimit"] = $"{12 * Environment.ProcessorCount}",
                // Heaps of glibc's malloc: up to eight a core otherwise, of which each keeps much of the most that decoding ever took there.
                ["MALLOC_ARENA_MAX"] = $"{Math.Max(2, Environment.ProcessorCount)}",
                ["Cluster__Url"] = Loopback(gateway),
                ["Cluster__ApiKey"] = key,
                ["Cluster__TraceUrl"] = $"{Loopback(store)}/trace/{{traceId}}",
                // The edge has no way into the cluster but the gateway, for its traces too.
                ["OTEL_EXPORTER_OTLP_ENDPOINT"] = Loopback(gateway),
                ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf",
                ["OTEL_EXPORTER_OTLP_HEADERS"] = $"x-api-key={key}",
            }),
        ];

        var vote = services.Single(service => service.Name == "ensemble").Settings;
        vote["Ensemble__Members__efficientnetb0__Enabled"] = "false";
        vote["Ensemble__Members__mobilenetv2__Enabled"] = "false";

        foreach (var (name, port) in members)
        {
            vote[$"Ensemble__Members__{name}__Url"] = Loopback(port);
            vote[$"Ensemble__Members__{name}__Enabled"] = "true";
        }

        return new ServicePlan(services, [.. members.Select(member => member.Name)], logFolder);
    }

    /// <summary>Members vote at the same time, so they share the cores: with all cores each, the threads of a run would wait for one another.</summary>
    public static int ThreadsOfARun(int members) => Math.Max(1, Environment.ProcessorCount / members);

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}

/// <summary>One process of the system.</summary>
/// <param name="Name">Its name; for all but the trace store also its <c>service.name</c>.</param>
/// <param name="Executable">What is started.</param>
/// <param name="Port">Where it answers.</param>
/// <param name="Settings">Its own settings, as environment variables.</param>
internal sealed record ServiceSpec(string Name, string Executable, int Port, Dictionary<string, string> Settings)
{
    public Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/"));
}
