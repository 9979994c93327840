using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.Drills;
using InferenceTracing.ModelRepository;
using InferenceTracing.Photos;
using InferenceTracing.Topology;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>What a load measured whose edge lost the cluster for a while.</summary>
/// <param name="Load">The load.</param>
/// <param name="At">From the end of the warm-up to the moment when the link was cut.</param>
/// <param name="For">Until it was mended.</param>
/// <param name="Waiting">Answers that waited for their judgement then.</param>
/// <param name="JudgedAfter">From then until next to none did; null where some still did at the end.</param>
internal sealed record WatchedOutage(Watched Load, TimeSpan At, TimeSpan For, int Waiting, TimeSpan? JudgedAfter);

/// <summary>The whole system with an edge that falls back to a vote of its own, in int8, and a link to the cluster that can be cut.</summary>
internal sealed class OutageUnderTest : IAsyncDisposable
{
    private const string EdgeModel = "mobilenetv2";

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(0.5);

    private readonly SystemUnderTest _system;
    private readonly TcpRelay _link;
    private readonly DirectoryInfo _folder;
    private readonly HttpClient _edge;

    private OutageUnderTest(SystemUnderTest system, TcpRelay link, DirectoryInfo folder)
    {
        (_system, _link, _folder) = (system, link, folder);
        _edge = new HttpClient { BaseAddress = system.Plan.Edge };
    }

    public static async Task<OutageUnderTest> StartAsync(Bench bench, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("inference-tracing-outage-");
        TcpRelay? link = null;
        var system = await SystemUnderTest.StartAsync(
            bench.Models,
            traced: true,
            new Dictionary<string, string> { ["Edge__Mode"] = "fallback", ["Edge__Model"] = EdgeModel, ["Edge__Precision"] = Precision.Int8.Name(), ["Edge__Folder"] = folder.FullName },
            cancellationToken,
            plan =>
            {
                link = new TcpRelay(port: 0, plan[SystemParts.Gateway].Port);
                plan[SystemParts.Preprocessing].Settings["Cluster__Url"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{link.Port}");
            });
        return new OutageUnderTest(system, link!, folder);
    }

    /// <summary>Open load that is not measured, until nothing is left of it.</summary>
    public async Task WarmAsync(double rate, TimeSpan duration, IReadOnlyList<Photograph> photos, CancellationToken cancellationToken)
    {
        await _system.WatchOpenAsync(rate, duration, photos, cancellationToken, seed: 0);
        await DrainAsync(cancellationToken);
    }

    /// <summary>Open load over the whole link, evenly spaced.</summary>
    public Task<Watched> WatchOpenAsync(double rate, TimeSpan duration, IReadOnlyList<Photograph> photos, CancellationToken cancellationToken) =>
        _system.WatchOpenAsync(rate, duration, photos, cancellationToken);

    /// <summary>Open load, and the link is cut for a while.</summary>
    /// <param name="rate">Photographs a second, by chance.</param>
    /// <param name="times">How long before the cut, how long it lasts, and how long after it.</param>
    /// <param name="photos">Sent in turn.</param>
    /// <param name="seed">Of chance.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task<WatchedOutage> WatchAsync(
        double rate, (TimeSpan Before, TimeSpan Away, TimeSpan After) times, IReadOnlyList<Photograph> photos, int seed, CancellationToken cancellationToken)
    {
        var clock = TimeProvider.System;
        var began = clock.GetTimestamp();
        var load = _system.WatchOpenAsync(rate, times.Before + times.Away + times.After, photos, cancellationToken, seed);
        await Task.Delay(SystemUnderTest.WarmUp + times.Before, cancellationToken);
        await _link.RefuseAsync();
        var cut = clock.GetTimestamp();
        await Task.Delay(times.Away, cancellationToken);
        var waiting = await WaitingAsync(cancellationToken);
        _link.Mend();
        var back = clock.GetTimestamp();
        TimeSpan? judged = null;

        while (judged is null && !load.IsCompleted)
        {
            await Task.WhenAny(load, Task.Delay(Look, cancellationToken));
            judged = await WaitingAsync(cancellationToken) <= 1 ? clock.GetElapsedTime(back) : null;
        }

        var watched = await load;
        await DrainAsync(cancellationToken);
        return new WatchedOutage(watched, clock.GetElapsedTime(began, cut) - SystemUnderTest.WarmUp, clock.GetElapsedTime(cut, back), waiting, judged);
    }

    public async ValueTask DisposeAsync()
    {
        await _system.DisposeAsync();
        await _link.DisposeAsync();
        _edge.Dispose();
        _folder.Delete(recursive: true);
    }

    private async Task DrainAsync(CancellationToken cancellationToken)
    {
        while (await WaitingAsync(cancellationToken) > 0)
        {
            await Task.Delay(Look, cancellationToken);
        }
    }

    private async Task<int> WaitingAsync(CancellationToken cancellationToken) =>
        (await _edge.GetFromJsonAsync<JsonElement>(new Uri("v1/outbox", UriKind.Relative), cancellationToken)).GetProperty("pending").GetInt32();
}
