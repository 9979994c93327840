using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.ModelRepository;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.Topology;
using InferenceTracing.TraceCheck;

namespace InferenceTracing.Drills.Outages;

/// <summary>The local run's processes on free ports, the edge in mode fallback, and between it and the gateway a link that can be cut.</summary>
internal sealed class OutageSystem : IAsyncDisposable
{
    // A search answers whole traces, so many at once.
    private const int TracesOfASearch = 1000;

    /// <summary>Votes at the edge.</summary>
    public const string EdgeModel = "mobilenetv2";

    private readonly ServiceFleet _fleet;
    private readonly string _folder;

    private OutageSystem(ServicePlan plan, TcpRelay link, string folder)
    {
        (Plan, Link, _folder) = (plan, link, folder);
        _fleet = new ServiceFleet(plan);
        Edge = new HttpClient { BaseAddress = plan.Edge, Timeout = TimeSpan.FromSeconds(30) };
        Store = new HttpClient { BaseAddress = plan.Traces };
    }

    public ServicePlan Plan { get; }

    public HttpClient Edge { get; }

    public HttpClient Store { get; }

    /// <summary>The link between edge and cluster, for photographs and for spans.</summary>
    public TcpRelay Link { get; }

    /// <summary>Returns when all of it is ready.</summary>
    /// <param name="precision">Of every network.</param>
    /// <param name="arrange">Changes the plan before anything is started; null leaves it as it is.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<OutageSystem> StartAsync(Precision precision, Action<ServicePlan>? arrange, CancellationToken cancellationToken)
    {
        var checkout = Checkout.Find();
        var folder = Directory.CreateTempSubdirectory("inference-tracing-outage-").FullName;
        var models = await ModelChoice.PrepareAsync(cancellationToken);

        if (precision == Precision.Int8)
        {
            await QuantisedModels.ProvideAsync(checkout, [.. models.Names.Append(EdgeModel).Distinct()], cancellationToken);
        }

        var plan = ServicePlan.Create(checkout, models, PortChoice.AllFree(), Path.Combine(checkout.Root, "logs", "outages"));
        plan.ServeAt(precision);
        plan.VoteAtEdge(new EdgeVoting("fallback", EdgeModel), precision, folder);

        var link = new TcpRelay(port: 0, plan[SystemParts.Gateway].Port);
        var edge = plan[SystemParts.Preprocessing].Settings;
        edge["Cluster__Url"] = edge["OTEL_EXPORTER_OTLP_ENDPOINT"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{link.Port}");
        arrange?.Invoke(plan);

        var system = new OutageSystem(plan, link, folder);

        try
        {
            await system._fleet.StartAsync(cancellationToken);
            return system;
        }
        catch
        {
            await system.DisposeAsync();
            throw;
        }
    }

    /// <summary>The gateway lets so many photographs a second through, and no more at once.</summary>
    public static void Limit(ServicePlan plan, int photosPerSecond)
    {
        var gateway = plan[SystemParts.Gateway].Settings;
        gateway["Gateway__RequestsPerSecond"] = gateway["Gateway__Burst"] = photosPerSecond.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>Ends the edge as a power cut would, and starts it again.</summary>
    public async Task KillEdgeAsync(CancellationToken cancellationToken)
    {
        await _fleet.SendAsync(SystemParts.Preprocessing, "KILL", cancellationToken);
        await _fleet.StartAgainAsync(SystemParts.Preprocessing, cancellationToken);
    }

    /// <summary>Answers that wait for their judgement.</summary>
    public async Task<int> PendingAsync(CancellationToken cancellationToken)
    {
        var outbox = await Edge.GetFromJsonAsync<JsonElement>(new Uri("v1/outbox", UriKind.Relative), cancellationToken);
        return outbox.GetProperty("pending").GetInt32();
    }

    /// <summary>The trace of the judgement of an answer; null where it has none.</summary>
    public async Task<string?> JudgementAsync(string answer, CancellationToken cancellationToken)
    {
        using var response = await Edge.GetAsync(new Uri($"v1/answers/{answer}", UriKind.Relative), cancellationToken);

        if (response.StatusCode != HttpStatusCode.OK)
        {
            return null;
        }

        var document = await response.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
        return document.GetProperty("final") is { ValueKind: JsonValueKind.Object } final ? final.GetProperty("trace").GetProperty("id").GetString() : null;
    }

    /// <summary>How many judgements the store has of each answer, by the answers' trace ids.</summary>
    public async Task<Dictionary<string, int>> JudgementsAsync(DateTimeOffset from, DateTimeOffset to, CancellationToken cancellationToken)
    {
        var step = TimeSpan.FromSeconds(20);
        var found = new Dictionary<string, HashSet<string>>();

        for (var start = from; start < to; start += step)
        {
            var query = string.Create(
                CultureInfo.InvariantCulture,
                $"api/traces?service={SystemParts.Preprocessing}&operation=outbox.judge&limit={TracesOfASearch}&start={Micros(start)}&end={Micros(start + step)}");
            var answer = await Store.GetFromJsonAsync<JsonElement>(new Uri(query, UriKind.Relative), cancellationToken);

            foreach (var span in answer.GetProperty("data").EnumerateArray().SelectMany(trace => trace.GetProperty("spans").EnumerateArray()).Where(span => span.GetProperty("operationName").GetString() == "outbox.judge"))
            {
                var tags = span.GetProperty("tags").EnumerateArray().ToDictionary(tag => tag.GetProperty("key").GetString()!, tag => tag.GetProperty("value"));

                // A judgement that was tried and came to nothing says no label.
                if (tags.TryGetValue("edge.agreed", out _))
                {
                    var judged = tags["edge.judged.trace_id"].GetString()!;
                    (found.TryGetValue(judged, out var spans) ? spans : found[judged] = []).Add(span.GetProperty("spanID").GetString()!);
                }
            }
        }

        return found.ToDictionary(each => each.Key, each => each.Value.Count);
    }

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await Link.DisposeAsync();
        Edge.Dispose();
        Store.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static long Micros(DateTimeOffset time) => (time - DateTimeOffset.UnixEpoch).Ticks / TimeSpan.TicksPerMicrosecond;
}
