using InferenceTracing.ModelRepository;

namespace InferenceTracing.Topology;

/// <summary>
/// Which parts the system has, where each listens, whom it calls, and which setting says where that is. The local runner and the drills start
/// from here; tests hold the services' own defaults, the compose files and k8s/base against it.
/// </summary>
internal static class SystemParts
{
    public const string Preprocessing = "preprocessing", Gateway = "gateway", Ensemble = "ensemble", TraceStore = "tracestore";

    private const string OtlpGrpc = "otlp-grpc", OtlpHttp = "otlp-http", SpansGoTo = "OTEL_EXPORTER_OTLP_ENDPOINT", CollectorHttp = "http://collector:14318";

    // Over HTTP in containers, because over gRPC the exporter does not try again while a stopped collector's name leads nowhere.
    private static readonly Call Spans = new(OtlpGrpc, SpansGoTo, InContainers: CollectorHttp);

    // In containers every model has the same port; on one machine they count up from it.
    private const int FirstModelPort = 5012;

    /// <summary>The networks that vote: services/ModelRepository/models.json.</summary>
    public static IReadOnlyList<string> Members { get; } = [.. KnownModel.Voters.Select(model => model.Name)];

    public static IReadOnlyList<Part> All { get; } = With(Members);

    /// <summary>The parts with these members, of which one may stand in for another; in the order in which they can become ready.</summary>
    public static IReadOnlyList<Part> With(IReadOnlyList<string> members) =>
    [
        // In containers the collector and Jaeger are in its place.
        new(TraceStore, "TraceStore", "cluster",
            [
                new(TraceStore, 16686, "Kestrel__Endpoints__Http__Url", InContainers: "http://jaeger-query:16686/jaeger"),
                new(OtlpGrpc, 4317, "Kestrel__Endpoints__OtlpGrpc__Url"),
                new(OtlpHttp, 4318, "Kestrel__Endpoints__OtlpHttp__Url", InContainers: CollectorHttp),
            ],
            []),
        .. members.Select((name, index) => new Part(name, "ModelServer", "cluster", [new(name, FirstModelPort + index, InContainers: $"http://{name}:{FirstModelPort}")], [Spans])),
        new(Ensemble, "Ensemble", "cluster", [new(Ensemble, 5011)],
            [.. members.Select(name => new Call(name, $"Ensemble__Members__{name}__Url")), Spans]),
        new(Gateway, "Gateway", "cluster", [new(Gateway, 8080, InContainers: "https://gateway:8443")],
            [
                new(Ensemble, "ReverseProxy__Clusters__ensemble__Destinations__0__Address"),
                new(OtlpHttp, "ReverseProxy__Clusters__collector__Destinations__0__Address"),
                new(TraceStore, "ReverseProxy__Clusters__traces__Destinations__0__Address"),
                Spans,
            ]),
        new(Preprocessing, "Preprocessing", "edge", [new(Preprocessing, 5010)],
            [
                new(Gateway, "Cluster__Url"),
                // A link for the browser, which comes in by the gateway's door where there are containers.
                new(TraceStore, "Cluster__TraceUrl", "/trace/{traceId}", InContainers: "http://127.0.0.1:8080/jaeger"),
                // The edge has no way into the cluster but the gateway, for its spans too; in containers a collector beside it takes them there.
                new(Gateway, SpansGoTo, InContainers: "http://edge-collector:4318"),
            ]),
    ];
}

/// <summary>A program of the system.</summary>
/// <param name="Name">Its name in every deployment; for all but the trace store also its <c>service.name</c>.</param>
/// <param name="Project">Its project, and so its executable.</param>
/// <param name="Environment">Its <c>deployment.environment.name</c>.</param>
/// <param name="Listeners">Where it listens; the first is what it is asked at for its health.</param>
/// <param name="Calls">Whom it has to be told of.</param>
internal sealed record Part(string Name, string Project, string Environment, IReadOnlyList<Listener> Listeners, IReadOnlyList<Call> Calls)
{
    public int Port => Listeners[0].Port;

    /// <summary>The port of its container over plain HTTP.</summary>
    public int PortInContainers =>
        Listeners[0].InContainers is { } address && new Uri(address) is { Scheme: "http" } own && own.Host == Name ? own.Port : Port;
}

/// <summary>Where a part listens.</summary>
/// <param name="Name">By which a call and the runner's <c>--port</c> mean it.</param>
/// <param name="Setting">The part's setting of this listener; null where it has one listener only.</param>
/// <param name="InContainers">Its address there, where that is not the part's own name and port over plain HTTP.</param>
internal sealed record Listener(string Name, int Port, string? Setting = null, string? InContainers = null);

/// <summary>That a part calls another: the listener it calls, its setting with the address, and what that adds to the listener's own.</summary>
internal sealed record Call(string Listener, string Setting, string Path = "", string? InContainers = null);
