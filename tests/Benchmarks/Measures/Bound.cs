using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What the machine can do at all.</summary>
internal sealed class Bound : IBenchmark
{
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
            [new FigureTable(["threads", "photographs a second"], [[$"{cores}", plain.Text("0.0")], [$"{cores + 1}", more.Text("0.0")]])]);
    }
}
