using System.Globalization;
using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.Benchmarks.Traces;
using InferenceTracing.LoadGenerator.Measuring;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What the trace store takes in, keeps and finds, alone on the machine with its load.</summary>
internal sealed class StoreSpeed : IBenchmark
{
    private const int Senders = 4;
    private const int Queries = 200;
    private const int Held = 200_000;
    private const int ManyHeld = 1_000_000;
    private const int HitsAsked = 20;

    public string Name => "store";

    public string Question =>
        "The trace store: at least 50,000 spans a second with durability normal, 20,000 with full, 10,000 with one trace a body; 200,000 spans on at most 100 MB; "
        + "with a million a trace by id within 10 ms and a search within 100 ms (p95).";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var rates = new List<IReadOnlyList<string>>();
        var normal = await RateAsync(bench, "Normal", 100, rates, cancellationToken);
        var full = await RateAsync(bench, "Full", 100, rates, cancellationToken);
        var single = await RateAsync(bench, "Normal", 1, rates, cancellationToken);

        await using var store = await StoreUnderTest.StartAsync(Settings("Normal"), cancellationToken);
        var bodies = new TraceBodies(100);
        var (first, megabytes) = await HoldAsync(store, bodies, Held, cancellationToken);
        var (many, _) = await HoldAsync(store, bodies, ManyHeld, cancellationToken);
        var start = await store.RestartAsync(cancellationToken);

        return new Findings(
            $"{normal:0} spans a second are taken in with durability normal, {full:0} with full, {single:0} with one trace a body.",
            normal >= 50_000 && full >= 20_000 && single >= 10_000 && megabytes <= 100
                && many.ById.Percentile(95).TotalMilliseconds <= 10 && many.Search.Percentile(95).TotalMilliseconds <= 100 && start.TotalSeconds <= 2,
            [
                new FigureTable(["durability", "traces a body", "spans a second", "cores of the store", "MiB resident"], rates),
                new FigureTable(
                    ["held", "trace by id, p95 ms", "search of 20, p95 ms", "20 summaries, p95 ms", "by tag, p95 ms", "MB of file", "MiB resident", "start, s"],
                    [Row(Held, first, megabytes, ""), Row(ManyHeld, many, store.FileMegabytes, start.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture))]),
            ]);
    }

    private static Dictionary<string, string> Settings(string durability) => new() { ["Store__Durability"] = durability, ["Store__MaxBytes"] = $"{1L << 32}" };

    /// <summary>Sustained, while somebody searches.</summary>
    private static async Task<double> RateAsync(
        Bench bench, string durability, int tracesOfABody, List<IReadOnlyList<string>> rows, CancellationToken cancellationToken)
    {
        await using var store = await StoreUnderTest.StartAsync(Settings(durability), cancellationToken);
        var bodies = new TraceBodies(tracesOfABody);
        await store.LoadAsync(bodies, Senders, (passed, _) => passed > bench.Effort.Slice, cancellationToken);

        using var done = new CancellationTokenSource();
        var searching = SearchUntilAsync(store, done.Token);
        var duration = bench.Effort.Slice * bench.Effort.Pairs;
        var (rate, cores) = await store.LoadAsync(bodies, Senders, (passed, _) => passed > duration, cancellationToken);
        await done.CancelAsync();
        await searching;
        rows.Add([durability.ToLowerInvariant(), $"{tracesOfABody}", $"{rate:0}", Text(cores), Text(store.ResidentMiB)]);
        return rate;
    }

    private static async Task SearchUntilAsync(StoreUnderTest store, CancellationToken done)
    {
        while (!done.IsCancellationRequested)
        {
            await store.QueryAsync(1, _ => Search("traces"), CancellationToken.None);
            await Task.Delay(TimeSpan.FromMilliseconds(100), CancellationToken.None);
        }
    }

    private static async Task<(HeldFigures Figures, double Megabytes)> HoldAsync(
        StoreUnderTest store, TraceBodies bodies, int spans, CancellationToken cancellationToken)
    {
        var there = await store.SpansAsync(cancellationToken);
        await store.LoadAsync(bodies, Senders, (_, sent) => there + sent >= spans, cancellationToken);
        var random = new Random(1);
        string Id(int _) => $"api/v3/traces/{TraceBodies.Id(random.NextInt64(1, bodies.Made + 1))}";

        // The first ones compile.
        await store.QueryAsync(Queries, Id, cancellationToken);
        await store.QueryAsync(Queries / 4, _ => Search("traces"), cancellationToken);
        return (
            new HeldFigures(
                await store.QueryAsync(Queries, Id, cancellationToken),
                await store.QueryAsync(Queries, _ => Search("traces"), cancellationToken),
                await store.QueryAsync(Queries, _ => Search("trace-summaries"), cancellationToken),
                await store.QueryAsync(Queries / 10, time => Search("trace-summaries") + "&query.attributes=" + Uri.EscapeDataString($$"""{"image.width":"{{time}}"}"""), cancellationToken),
                store.ResidentMiB),
            store.FileMegabytes);
    }

    /// <summary>Of a service and an operation, over the last days.</summary>
    private static string Search(string what)
    {
        var now = TimeProvider.System.GetUtcNow();
        return $"api/v3/{what}?query.serviceName=ensemble&query.operationName={Uri.EscapeDataString("ensemble.combine")}&query.searchDepth={HitsAsked}"
            + $"&query.startTimeMin={now.AddDays(-2):yyyy-MM-ddTHH:mm:ssZ}&query.startTimeMax={now.AddMinutes(1):yyyy-MM-ddTHH:mm:ssZ}";
    }

    private static IReadOnlyList<string> Row(int held, HeldFigures figures, double megabytes, string start) =>
    [
        held.ToString("N0", CultureInfo.InvariantCulture), P95(figures.ById), P95(figures.Search), P95(figures.Summaries), P95(figures.ByTag),
        Text(megabytes), Text(figures.ResidentMiB), start,
    ];

    private static string P95(LatencyHistogram latency) => Text(latency.Percentile(95).TotalMilliseconds);

    private static string Text(double value) => value.ToString("0.0", CultureInfo.InvariantCulture);

    private sealed record HeldFigures(LatencyHistogram ById, LatencyHistogram Search, LatencyHistogram Summaries, LatencyHistogram ByTag, double ResidentMiB);
}
