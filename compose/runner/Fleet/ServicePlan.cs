using System.Globalization;
using System.Security.Cryptography;
using InferenceTracing.ModelRepository;
using InferenceTracing.Runner.Report;
using InferenceTracing.Topology;

namespace InferenceTracing.Runner.Fleet;

/// <summary>Which processes make up the system, with their settings, in the order in which they can become ready.</summary>
internal sealed record ServicePlan(IReadOnlyList<ServiceSpec> Services, IReadOnlyList<string> Members, string LogFolder)
{
    public Uri Edge => this[SystemParts.Preprocessing].Url;

    /// <summary>Where all telemetry goes in place of the store; null where the store has it.</summary>
    public OtlpBackend? Backend { get; init; }

    public Uri Traces => Backend?.Address ?? this[SystemParts.TraceStore].Url;

    /// <summary>The members, and the edge where it has a vote.</summary>
    public IReadOnlyList<string> Voters => [.. Members, .. Services.Any(service => service.Settings.ContainsKey("Edge__Model")) ? [ResultCells.Edge] : Array.Empty<string>()];

    public ServiceSpec this[string name] => Services.Single(service => service.Name == name);

    public static ServicePlan Create(Checkout checkout, ModelChoice models, PortChoice ports, string logFolder, OtlpBackend? backend = null)
    {
        var all = SystemParts.With(models.Names);
        List<Part> parts = [.. backend is null ? all : OtlpBackend.Parts(all)];
        List<Listener> listeners = [.. parts.SelectMany(part => part.Listeners)];
        ports.Check([.. listeners.Select(listener => listener.Name)]);
        var given = listeners.ToDictionary(listener => listener.Name, listener => ports.For(listener.Name, listener.Port));
        // The key of this run; the edge shows it to the gateway, as it would in the field.
        var key = RandomNumberGenerator.GetHexString(32, lowercase: true);

        List<ServiceSpec> services =
        [
            .. parts.Select(part => Spec(part, checkout.Executable(part.Project), given[part.Name], new(
                [new("Deployment__Environment", part.Environment), .. Addresses(part, given), .. OwnSettings(part, models.Names, key),
                .. part.Name == SystemParts.TraceStore ? Keeping(checkout, ports, given[part.Name]) : []]), backend)),
        ];

        return new ServicePlan(services, models.Names, logFolder) { Backend = backend };
    }

    /// <summary>Has the members serve their versions of that precision.</summary>
    public void ServeAt(Precision precision)
    {
        foreach (var member in Members)
        {
            this[member].Settings["Model__Precision"] = precision.Name();
        }
    }

    /// <summary>Gives the edge a vote of its own, and a folder for its calibration, its outbox and the spans that wait for the cluster.</summary>
    /// <param name="voting">Which model, and when it votes.</param>
    /// <param name="precision">Of the model.</param>
    /// <param name="folder">Where the edge keeps what outlives it.</param>
    public void VoteAtEdge(EdgeVoting voting, Precision precision, string folder)
    {
        var edge = this[SystemParts.Preprocessing].Settings;

        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["Edge__Mode"] = voting.Mode,
            ["Edge__Model"] = voting.Model,
            ["Edge__Precision"] = precision.Name(),
            ["Edge__Folder"] = folder,
            // An outage may be longer than the exporter's own patience: what it gives up then waits on the disk, in few large files, of which ten a minute are sent again.
            ["OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY"] = "disk",
            ["OTEL_DOTNET_EXPERIMENTAL_OTLP_DISK_RETRY_DIRECTORY_PATH"] = Path.Combine(folder, "spans"),
            ["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"] = "4096",
        })
        {
            edge[name] = value;
        }
    }

    private static ServiceSpec Spec(Part part, string executable, int port, Dictionary<string, string> settings, OtlpBackend? backend)
    {
        foreach (var (name, value) in backend?.Settings() ?? [])
        {
            settings[name] = value;
        }

        return new ServiceSpec(part.Name, executable, port, settings);
    }

    /// <summary>Members vote at the same time, so they share the cores: with all cores each, the threads of a run would wait for one another.</summary>
    public static int ThreadsOfARun(int members) => Math.Max(1, Environment.ProcessorCount / members);

    private static IEnumerable<KeyValuePair<string, string>> Addresses(Part part, Dictionary<string, int> ports) =>
    [
        .. part.Listeners.Where(listener => listener.Setting is not null)
            .Select(listener => KeyValuePair.Create(listener.Setting!, Loopback(ports[listener.Name]))),
        .. part.Calls.Where(call => ports.ContainsKey(call.Listener)).Select(call => KeyValuePair.Create(call.Setting, Loopback(ports[call.Listener]) + call.Path)),
    ];

    private static string WeightOf(string model) => (KnownModel.Find(model)?.Weight ?? 1).ToString(CultureInfo.InvariantCulture);

    /// <summary>What is so on one machine only, where all parts share the cores.</summary>
    private static IEnumerable<KeyValuePair<string, string>> OwnSettings(Part part, IReadOnlyList<string> members, string key) => part.Project switch
    {
        "ModelServer" =>
        [
            new("Model__Name", part.Name),
            new("Model__Threads", ThreadsOfARun(members.Count).ToString(CultureInfo.InvariantCulture)),
        ],
        "Ensemble" => members.Select(name => KeyValuePair.Create($"Ensemble__Members__{name}__Weight", WeightOf(name))),
        "Gateway" =>
        [
            new("Gateway__ApiKeys__edge__Key", key),
            new("ReverseProxy__Clusters__ensemble__HealthCheck__Active__Interval", "00:00:00.200"),
        ],
        "Preprocessing" =>
        [
            // The edge shares the cores with the whole cluster here: eight under way keep two of them busy, and more only get in each other's way.
            new("Preprocessing__MaxInFlight", $"{4 * Environment.ProcessorCount}"),
            new("Preprocessing__QueueLimit", $"{12 * Environment.ProcessorCount}"),
            // Heaps of glibc's malloc: up to eight a core otherwise, of which each keeps much of the most that decoding ever took there.
            new("MALLOC_ARENA_MAX", $"{Math.Max(2, Environment.ProcessorCount)}"),
            new("Cluster__ApiKey", key),
            new("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
            new("OTEL_EXPORTER_OTLP_HEADERS", $"x-api-key={key}"),
        ],
        _ => [],
    };

    /// <summary>
    /// Where the traces are kept: a folder for each port, so that two systems at once do not want the same file; a system of a test's keeps nothing.
    /// </summary>
    private static KeyValuePair<string, string>[] Keeping(Checkout checkout, PortChoice ports, int port) => ports.OnlyFree
        ? [new("Store__Durability", "Memory")]
        : [new("Store__Folder", Path.Combine(checkout.Data, port.ToString(CultureInfo.InvariantCulture)))];

    private static string Loopback(int port) => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}");
}

/// <summary>One process of the system.</summary>
/// <param name="Name">Its name; for all but the trace store also its <c>service.name</c>.</param>
/// <param name="Executable">What is started.</param>
/// <param name="Port">Where it answers.</param>
/// <param name="Settings">Its own settings, as environment variables.</param>
internal sealed record ServiceSpec(string Name, string Executable, int Port, Dictionary<string, string> Settings)
{
    /// <summary>Its command line; our own services need none.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    public Uri Url => new(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}/"));
}
