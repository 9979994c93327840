using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.LoadGenerator.Measuring;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What the way through four services costs a single user.</summary>
internal sealed class AddedLatency : IBenchmark
{
    private const double TargetMilliseconds = 2;

    public string Name => "latency";

    public string Question => "One client: the chain's p50 minus what decoding, resizing and the slowest member take by themselves: at most 2 ms; and each hop's share of the request.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var native = await bench.NativeAsync(cancellationToken);
        var system = await bench.SystemAsync(cancellationToken);
        var pairing = await Interleaved.RunAsync(
            bench.Effort.Pairs,
            async () =>
            {
                var (inTurn, sideBySide) = await native.LatencyAsync(bench.Effort.Slice);
                return (InTurn: Median(inTurn), SideBySide: Median(sideBySide));
            },
            async () => Median((await system.ClosedAsync(1, bench.Effort.Slice, bench.Photos, cancellationToken)).Latency));
        var traces = await system.TracesAsync(await system.ClosedAsync(1, bench.Effort.Unpaired, bench.Photos, cancellationToken), cancellationToken);
        var added = pairing.Of((bare, chain) => chain - bare.InTurn);
        var whole = traces.Stages.Sum(stage => stage.Mean.TotalMilliseconds);

        return new Findings(
            $"The chain adds {added.Text("0.00", " ms")}.",
            added.Median <= TargetMilliseconds,
            [
                new FigureTable(
                    ["", "p50, ms", "the chain adds, ms"],
                    [
                        ["chain, one client", pairing.Second(p50 => p50).Text("0.00"), ""],
                        ["decode, resize, slowest member, bare", pairing.First(bare => bare.InTurn).Text("0.00"), added.Text("0.00")],
                        [
                            "the same while the other member runs beside it, bare", pairing.First(bare => bare.SideBySide).Text("0.00"),
                            pairing.Of((bare, chain) => chain - bare.SideBySide).Text("0.00"),
                        ],
                    ]),
                new FigureTable(
                    ["stage (from the traces)", "mean ms", "p50 ms", "share"],
                    [.. traces.Stages.Select(stage => (string[])
                    [
                        stage.Name,
                        new Spread([stage.Mean.TotalMilliseconds]).Text("0.00"),
                        new Spread([stage.P50.TotalMilliseconds]).Text("0.00"),
                        new Spread([stage.Mean.TotalMilliseconds / whole]).Percent(),
                    ])]),
            ]);

        static double Median(LatencyHistogram latency) => latency.Percentile(50).TotalMilliseconds;
    }
}
