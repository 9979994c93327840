using System.Diagnostics;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing;
using InferenceTracing.Preprocessing.Classification;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Outbox;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Hosting.Internal;

namespace InferenceTracing.Drills.Herds;

/// <summary>
/// One device: what the edge's process has behind its decoder, as that registers it. A decision of its own, a circuit and a watch of the cluster, an outbox in a file, and the judge.
/// Without an HTTP server and a codec many fit into one process.
/// </summary>
internal sealed class HerdDevice : IAsyncDisposable
{
    // One machine votes for all devices, each of which would have its own.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ServiceProvider _parts;
    private readonly List<IHostedService> _running = [];

    /// <param name="place">Where the cluster is, and whom it votes with.</param>
    /// <param name="folder">Its own.</param>
    public HerdDevice(HerdPlace place, string folder)
    {
        var settings = new ConfigurationBuilder().AddInMemoryCollection(
        [
            new("Edge:Mode", "fallback"), new("Edge:Model", Outages.OutageSystem.EdgeModel), new("Edge:Folder", folder), new("Edge:ReturnWithin", place.Options.ReturnWithin.ToString()),
            new("Cluster:Url", place.Cluster.ToString()), new("Cluster:ApiKey", place.Key), new("Cluster:ProbeInterval", place.Options.ProbeInterval.ToString()),
        ]).Build();
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(settings);
        services.AddSingleton(TimeProvider.System);
        services.AddLogging();
        services.AddMetrics();
        services.AddSingleton<IHostApplicationLifetime, ApplicationLifetime>();
        services.AddSingleton<ExportGate>();
        services.AddSingleton(place.Vote.Voter);
        services.AddSingleton(place.Vote.Places);
        services.AddDecision(settings);
        _parts = services.BuildServiceProvider();
    }

    public CircuitState Circuit => _parts.GetRequiredService<ClusterCircuit>().State;

    public OutboxCounts Outbox => _parts.GetRequiredService<OutboxStore>().Counts;

    /// <summary>Watches the cluster and judges from now on.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var service in _parts.GetServices<IHostedService>())
        {
            await service.StartAsync(cancellationToken);
            _running.Add(service);
        }
    }

    /// <summary>Answers a photograph of which the codec is done, and gives its trace where the answer waits for its judgement; null where it does not.</summary>
    public async Task<string?> AnswerAsync(PixelTensor pixels, TimeProvider clock, CancellationToken cancellationToken)
    {
        Activity.Current = null;
        using var request = new Activity("POST /preprocessing").SetIdFormat(ActivityIdFormat.W3C).Start();
        var decision = await _parts.GetRequiredService<Decider>().DecideAsync(pixels, vote: null, new StageClock(clock), Deadline.After(Patience, clock), cancellationToken);
        return decision is { Queued: true, Provisional: true } ? request.TraceId.ToHexString() : null;
    }

    /// <summary>How often the file says that it was judged: once, or not yet.</summary>
    public bool IsJudged(string trace) => _parts.GetRequiredService<OutboxReader>().Find(trace) is { Final: not null, State: "judged" };

    public async ValueTask DisposeAsync()
    {
        await Task.WhenAll(_running.Select(service => service.StopAsync(CancellationToken.None)));
        await _parts.DisposeAsync();
    }
}
