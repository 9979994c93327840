using InferenceTracing.Benchmarks.Native;
using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.OpenInference;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What a model server adds to its model, and what batching brings.</summary>
internal sealed class ModelServerCost : IBenchmark
{
    private const double TargetMilliseconds = 0.4;

    private static readonly int[] Clients = [1, 8, 64];

    public string Name => "modelserver";

    public string Question => "A model server over HTTP against a bare run of its session: at most 0.4 ms of p50; batching on against off with 1, 8 and 64 clients.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var native = await bench.NativeAsync(cancellationToken);
        var batching = await bench.SystemAsync(cancellationToken);
        var single = await bench.SystemAsync("no batching", traced: true, new Dictionary<string, string> { ["Batching__MaxBatch"] = "1" }, cancellationToken);
        var overhead = new List<IReadOnlyList<string>>();
        var batches = new List<IReadOnlyList<string>>();
        var worst = double.MinValue;

        foreach (var (model, index) in bench.Models.Names.Select((model, index) => (model, index)))
        {
            using var on = new InferLoad(Url(batching, model), model);
            using var off = new InferLoad(Url(single, model), model);

            var pairing = await Interleaved.RunAsync(
                bench.Effort.Pairs,
                () => Task.FromResult(Bare(native, index, bench.Effort.Slice)),
                async () => (await on.RunAsync(1, 1, bench.Effort.Slice, cancellationToken)).Latency.Percentile(50).TotalMilliseconds);
            var added = pairing.Of((bare, server) => server - bare);
            worst = Math.Max(worst, added.Median);
            overhead.Add([model, added.Text("0.00"), pairing.Second(p50 => p50).Text("0.00"), pairing.First(p50 => p50).Text("0.00")]);

            foreach (var clients in Clients)
            {
                var pairs = await Interleaved.RunAsync(
                    bench.Effort.Pairs,
                    () => on.RunAsync(clients, 1, bench.Effort.Slice, cancellationToken),
                    () => off.RunAsync(clients, 1, bench.Effort.Slice, cancellationToken));
                batches.Add(
                [
                    model, $"{clients}", pairs.Of((with, without) => with.ImagesPerSecond / without.ImagesPerSecond).Text("0.00"),
                    pairs.First(result => result.ImagesPerSecond).Text("0.0"), pairs.Second(result => result.ImagesPerSecond).Text("0.0"),
                    pairs.First(result => result.Latency.Percentile(95).TotalMilliseconds).Text("0.0"), pairs.Second(result => result.Latency.Percentile(95).TotalMilliseconds).Text("0.0"),
                ]);
            }
        }

        return new Findings(
            FormattableString.Invariant($"A model server adds {worst:0.00} ms to the slower-to-serve of the two."),
            worst <= TargetMilliseconds,
            [
                new FigureTable(["model, one client", "added, ms", "server p50, ms", "bare p50, ms"], overhead),
                new FigureTable(["model", "clients", "batching on / off", "on, images a second", "off", "on, p95 ms", "off"], batches),
            ]);
    }

    private static Uri Url(SystemUnderTest system, string model) => system.Plan.Services.Single(service => service.Name == model).Url;

    private static double Bare(NativeWork native, int index, TimeSpan duration)
    {
        var histogram = new LoadGenerator.Measuring.LatencyHistogram();
        using var pixels = PixelTensor.Rent(1);
        pixels.Span.Fill(127);

        for (var start = TimeProvider.System.GetTimestamp(); TimeProvider.System.GetElapsedTime(start) < duration;)
        {
            histogram.Record(NativeWork.Run(native.AsServed[index], pixels));
        }

        return histogram.Percentile(50).TotalMilliseconds;
    }
}
