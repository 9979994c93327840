using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What the traces cost. Both systems are up all the time; the load goes from one to the other.</summary>
internal sealed class TracingCost : IBenchmark
{
    private const double TargetShare = 0.02;
    private const double TargetMilliseconds = 0.3;

    public string Name => "tracing";

    public string Question => "Tracing on against off, alternating: at most 2 % of the throughput and 0.3 ms of p50.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var traced = await bench.SystemAsync(cancellationToken);
        var untraced = await bench.SystemAsync("untraced", traced: false, new Dictionary<string, string>(), cancellationToken);
        var clients = 4 * Environment.ProcessorCount;

        var saturated = await Interleaved.RunAsync(bench.Effort.Pairs, () => RateAsync(traced), () => RateAsync(untraced));
        var alone = await Interleaved.RunAsync(bench.Effort.Pairs, () => MedianAsync(traced), () => MedianAsync(untraced));
        var cost = saturated.Of((on, off) => 1 - (on / off));
        var added = alone.Of((on, off) => on - off);

        return new Findings(
            $"Traces cost {cost.Percent()} of the throughput and {added.Text("0.00", " ms")} of p50.",
            cost.Median <= TargetShare && added.Median <= TargetMilliseconds,
            [
                new FigureTable(
                    ["", "tracing on", "tracing off", "cost"],
                    [
                        [$"a second, {clients} clients", saturated.First(rate => rate).Text("0.0"), saturated.Second(rate => rate).Text("0.0"), cost.Percent()],
                        ["p50, one client, ms", alone.First(p50 => p50).Text("0.00"), alone.Second(p50 => p50).Text("0.00"), added.Text("0.00", " ms")],
                    ]),
            ]);

        async Task<double> RateAsync(SystemUnderTest system) =>
            (await system.ClosedAsync(clients, bench.Effort.Slice, bench.Photos, cancellationToken)).AnsweredPerSecond;

        async Task<double> MedianAsync(SystemUnderTest system) =>
            (await system.ClosedAsync(1, bench.Effort.Slice, bench.Photos, cancellationToken)).Latency.Percentile(50).TotalMilliseconds;
    }
}
