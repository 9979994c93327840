using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.Topology;

namespace InferenceTracing.Drills.Collectors;

/// <summary>The whole system as processes, with the real collectors, and the ways to break it.</summary>
internal sealed class CollectorSystem : IAsyncDisposable
{
    private readonly CollectorPlan _plan;
    private readonly ServiceFleet _fleet;
    private readonly Secrets _secrets;

    private CollectorSystem(CollectorPlan plan, Secrets secrets)
    {
        _plan = plan;
        _secrets = secrets;
        _fleet = new ServiceFleet(plan.Services);
        Link = new TcpRelay(plan.Link.Port, plan.Link.Target);
        Storage = new TcpRelay(plan.Storage.Port, plan.Storage.Target);
        Edge = new HttpClient { BaseAddress = plan.Services.Edge, Timeout = TimeSpan.FromSeconds(30) };
        Store = new HttpClient { BaseAddress = plan.Services.Traces };
        SecondStore = new HttpClient { BaseAddress = plan.Services[CollectorPlan.SecondStore].Url };
    }

    /// <summary>From the edge and its collector to the gateway.</summary>
    public TcpRelay Link { get; }

    /// <summary>From the cluster's collector to the store.</summary>
    public TcpRelay Storage { get; }

    public HttpClient Edge { get; }

    public HttpClient Store { get; }

    /// <summary>Where MLflow would be.</summary>
    public HttpClient SecondStore { get; }

    /// <summary>Returns when all of it is ready.</summary>
    /// <param name="program">The collector.</param>
    /// <param name="folder">An empty folder for what the parts keep on disk.</param>
    /// <param name="logs">A file for each process.</param>
    /// <param name="clock">What certificates are dated with.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<CollectorSystem> StartAsync(string program, string folder, string logs, TimeProvider clock, CancellationToken cancellationToken)
    {
        var models = await ModelChoice.PrepareAsync(cancellationToken);
        var secrets = new Secrets(Path.Combine(folder, "secrets"), clock);
        var system = new CollectorSystem(CollectorPlan.Create(Checkout.Find(), models, program, folder, secrets, logs), secrets);

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

    /// <summary>Sends a signal; a process that it ends is waited for.</summary>
    public Task SignalAsync(string name, string signal, CancellationToken cancellationToken) => _fleet.SendAsync(name, signal, cancellationToken);

    /// <summary>Starts it again, after a stop where it still runs, with the settings that its spec has by now.</summary>
    public Task StartAgainAsync(string name, CancellationToken cancellationToken) => _fleet.StartAgainAsync(name, cancellationToken);

    /// <summary>Gives a collector another setting, by a graceful stop and a start.</summary>
    public async Task SetAsync(string collector, string setting, string value, CancellationToken cancellationToken)
    {
        _plan.Services[collector].Settings[setting] = value;
        await SignalAsync(collector, "TERM", cancellationToken);
        await StartAgainAsync(collector, cancellationToken);
    }

    /// <summary>True when a collector has refused spans since its start because its queue was full.</summary>
    public async Task<bool> HasRefusedAsync(string collector, CancellationToken cancellationToken)
    {
        var metrics = await Store.GetStringAsync(new Uri($"http://127.0.0.1:{_plan.Collectors[collector].MetricsPort}/metrics"), cancellationToken);
        return metrics.Split('\n').Any(line => line.StartsWith("otelcol_exporter_enqueue_failed_spans", StringComparison.Ordinal) && !line.EndsWith(" 0", StringComparison.Ordinal));
    }

    /// <summary>The gateway takes another key from the edge than the one it has.</summary>
    public async Task RotateKeyAsync(CancellationToken cancellationToken)
    {
        _secrets.Rotate();
        await StartAgainAsync(SystemParts.Gateway, cancellationToken);
    }

    /// <summary>The edge gets the key that the gateway takes.</summary>
    public async Task HandOverKeyAsync(CancellationToken cancellationToken)
    {
        _secrets.HandOver();
        await SetAsync(CollectorPlan.EdgeCollector, "CLUSTER_KEY", _secrets.EdgeKey, cancellationToken);
        await StartAgainAsync(SystemParts.Preprocessing, cancellationToken);
    }

    /// <summary>Spans that came to a store more than once so far; another store than ours would keep them twice.</summary>
    public static async Task<long> DoubledAsync(HttpClient store, CancellationToken cancellationToken) =>
        (await store.GetFromJsonAsync<JsonElement>(new Uri("api/store", UriKind.Relative), cancellationToken)).GetProperty("duplicateSpans").GetInt64();

    public async ValueTask DisposeAsync()
    {
        await _fleet.DisposeAsync();
        await Link.DisposeAsync();
        await Storage.DisposeAsync();
        Edge.Dispose();
        Store.Dispose();
        SecondStore.Dispose();
    }
}
