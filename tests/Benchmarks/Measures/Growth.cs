using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>Where the system is full, and what it does when more is asked of it.</summary>
internal sealed class Growth : IBenchmark
{
    private const double Target = 0.90;
    private const double Overload = 3;

    public string Name => "growth";

    public string Question => "From 1 to 256 clients and from 1 to 8 images a request: where it is full; and the goodput at three times the peak's rate, at least 90 % of the peak.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var system = await bench.SystemAsync(cancellationToken);
        var growth = new List<IReadOnlyList<string>>();
        var (peak, at) = (0.0, 0);

        for (var clients = 1; clients <= 256; clients *= 2)
        {
            var measured = await system.ClosedAsync(clients, bench.Effort.Unpaired, bench.Photos, cancellationToken);
            (peak, at) = measured.AnsweredPerSecond > peak ? (measured.AnsweredPerSecond, clients) : (peak, at);
            growth.Add(
            [
                $"{clients}", new Spread([measured.AnsweredPerSecond]).Text("0.0"), new Spread([measured.Latency.Percentile(50).TotalMilliseconds]).Text("0.0"),
                new Spread([measured.Latency.Percentile(95).TotalMilliseconds]).Text("0.0"), $"{measured.Failed}", $"{measured.Degraded}", string.Join(", ", measured.Errors.Keys),
            ]);
        }

        // The peak again and the overload, in turn: only then does their ratio mean something.
        var pairing = await Interleaved.RunAsync(
            bench.Effort.Pairs,
            () => system.WatchClosedAsync(at, bench.Effort.Slice, bench.Photos, cancellationToken),
            () => system.WatchOpenAsync(peak * Overload, bench.Effort.Slice, bench.Photos, cancellationToken));
        var goodput = pairing.Of((full, over) => over.Measured.AnsweredPerSecond / full.Measured.AnsweredPerSecond);
        var errors = string.Join(", ", pairing.Pairs.SelectMany(pair => pair.Second.Measured.Errors).GroupBy(error => error.Key).Select(kind => $"{kind.Key} {kind.Sum(error => error.Value)}"));

        return new Findings(
            FormattableString.Invariant($"Full at {at} clients with {peak:0.0} a second; at three times that rate the goodput is {goodput.Median * 100:0.0} % of the peak."),
            goodput.Median >= Target,
            [
                new FigureTable(["clients", "answered a second", "p50 ms", "p95 ms", "errors", "votes missing", "kinds"], growth),
                new FigureTable(
                    ["3 × the peak", "goodput / peak", "answered a second", "p95 ms of the answered", "degraded", "errors"],
                    [[
                        FormattableString.Invariant($"{peak * Overload:0}/s"), goodput.Percent(), pairing.Second(over => over.Measured.AnsweredPerSecond).Text("0.0"),
                        pairing.Second(over => over.Measured.Latency.Percentile(95).TotalMilliseconds).Text("0"), pairing.Second(over => over.Measured.DegradedShare).Percent(), errors,
                    ]]),
                Cores(pairing, bench.Effort.Slice),
                new FigureTable(["images a request (ensemble)", "images a second", "p50 ms"], await ImagesAsync(system, bench, cancellationToken)),
            ]);
    }

    /// <summary>Who takes the cores at the peak and beyond it, and what of that a refusal costs.</summary>
    private static FigureTable Cores(Pairing<Watched, Watched> pairing, TimeSpan slice)
    {
        var processes = pairing.Pairs[0].First.Busy.Select(process => process.Name);

        return new FigureTable(
            ["cores busy", "at the peak", "at 3 × the peak", "a refusal takes, ms of one core"],
            [.. processes.Select((name, process) => (string[])
            [
                name,
                pairing.First(full => full.Busy[process].Cores).Text("0.00"),
                pairing.Second(over => over.Busy[process].Cores).Text("0.00"),
                pairing.Of((full, over) => Refusal(full, over, process, slice)).Text("0.00"),
            ])]);
    }

    /// <summary>What is left when the photographs that are answered have cost what they cost at the peak; no number where nothing is refused.</summary>
    private static double Refusal(Watched full, Watched over, int process, TimeSpan slice)
    {
        var answered = over.Measured.AnsweredPerSecond / full.Measured.AnsweredPerSecond;
        var refusedPerSecond = over.Measured.Errors.GetValueOrDefault("503 too_busy") / slice.TotalSeconds;
        return (over.Busy[process].Cores - (full.Busy[process].Cores * answered)) * 1000 / refusedPerSecond;
    }

    private static async Task<IReadOnlyList<IReadOnlyList<string>>> ImagesAsync(SystemUnderTest system, Bench bench, CancellationToken cancellationToken)
    {
        using var load = new InferLoad(system.Plan.Services.Single(service => service.Name == "ensemble").Url, "ensemble");
        var rows = new List<IReadOnlyList<string>>();

        for (var images = 1; images <= 8; images *= 2)
        {
            var result = await load.RunAsync(Environment.ProcessorCount, images, bench.Effort.Unpaired, cancellationToken);
            rows.Add([$"{images}", new Spread([result.ImagesPerSecond]).Text("0.0"), new Spread([result.Latency.Percentile(50).TotalMilliseconds]).Text("0.0")]);
        }

        return rows;
    }
}
