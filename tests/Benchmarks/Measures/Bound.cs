using InferenceTracing.Benchmarks.Native;
using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.Networks;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What the machine can do at all.</summary>
internal sealed class Bound : IBenchmark
{
    private static readonly int[] Batches = [1, 2, 4, 8];

    public string Name => "bound";

    public string Question => "The bare native work of a photograph (decode, resize, both models) in one process on all cores, without HTTP and traces: the most any chain of services can do here.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var native = await bench.NativeAsync(cancellationToken);
        var cores = Environment.ProcessorCount;
        await native.ThroughputAsync(cores, TimeSpan.FromSeconds(2));

        // A thread more than cores fills the moments in which one of them waits for memory.
        var pairing = await Interleaved.RunAsync(
            bench.Effort.Pairs, () => native.ThroughputAsync(cores, bench.Effort.Slice), () => native.ThroughputAsync(cores + 1, bench.Effort.Slice));
        var (plain, more) = (pairing.First(rate => rate), pairing.Second(rate => rate));

        return new Findings(
            $"{Math.Max(plain.Median, more.Median):0.0} photographs a second.",
            Met: null,
            [
                new FigureTable(["threads", "photographs a second"], [[$"{cores}", plain.Text("0.0")], [$"{cores + 1}", more.Text("0.0")]]),
                new FigureTable(["one thread, ms an image", .. Batches.Select(batch => $"{batch} in a run")], [.. bench.Models.Names.Select((model, index) => PerImage(model, native.OneThread[index], bench))]),
            ]);
    }

    private static IReadOnlyList<string> PerImage(string model, Network network, Bench bench) =>
    [
        model, .. Batches.Select(batch => new Spread([NativeWork.PerImage(network, batch, bench.Effort.Slice / 2)]).Text("0.00")),
    ];
}
