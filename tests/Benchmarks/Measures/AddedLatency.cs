using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.LoadGenerator.Traces;

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
        TraceReport? traces = null;

        var pairing = await Interleaved.RunAsync(
            bench.Effort.Pairs,
            () => Task.FromResult(native.Latency(bench.Effort.Slice).Whole.Percentile(50).TotalMilliseconds),
            async () =>
            {
                var measured = await system.ClosedAsync(1, bench.Effort.Slice, bench.Photos, cancellationToken);
                traces = await system.TracesAsync(measured, cancellationToken);
                return measured.Latency.Percentile(50).TotalMilliseconds;
            });
        var added = pairing.Of((bare, chain) => chain - bare);
        var whole = traces!.Stages.Sum(stage => stage.Mean.TotalMilliseconds);

        return new Findings(
            $"The chain adds {added.Text("0.00", " ms")}.",
            added.Median <= TargetMilliseconds,
            [
                new FigureTable(
                    ["", "p50, ms"],
                    [
                        ["chain, one client", pairing.Second(p50 => p50).Text("0.00")],
                        ["decode, resize, slowest member, bare", pairing.First(p50 => p50).Text("0.00")],
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
    }
}
