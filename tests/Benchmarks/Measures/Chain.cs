using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.Imaging;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What the chain makes of what the machine can do.</summary>
internal sealed class Chain : IBenchmark
{
    private const double Target = 0.90;

    private static readonly int[] ClientsPerCore = [4, 8, 16];

    public string Name => "chain";

    public string Question => "All processes with traces on, at saturation, against the bound: at least 90 % of it.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var rows = new List<IReadOnlyList<string>>();
        var best = double.NaN;

        foreach (var (codec, perCore) in Enum.GetValues<ImageCodec>().SelectMany(codec => ClientsPerCore.Select(perCore => (codec, perCore))))
        {
            var native = await bench.NativeAsync(codec, cancellationToken);
            var system = await bench.SystemAsync(codec, cancellationToken);
            var clients = perCore * Environment.ProcessorCount;
            var failed = 0L;
            var pairing = await Interleaved.RunAsync(
                bench.Effort.Pairs,
                () => native.ThroughputAsync(Environment.ProcessorCount, bench.Effort.Slice),
                async () =>
                {
                    var measured = await system.ClosedAsync(clients, bench.Effort.Slice, bench.Photos, cancellationToken);
                    failed += measured.Failed + measured.Degraded;
                    return measured.AnsweredPerSecond;
                });
            var ratio = pairing.Of((bound, chain) => chain / bound);
            best = double.IsNaN(best) ? ratio.Median : Math.Max(best, ratio.Median);
            rows.Add([CodecTable.NameOf(codec), $"{clients}", ratio.Percent(), pairing.Second(rate => rate).Text("0.0"), pairing.First(rate => rate).Text("0.0"), $"{failed}"]);
        }

        var usual = await bench.SystemAsync(cancellationToken);
        var watched = await usual.WatchClosedAsync(ClientsPerCore[0] * Environment.ProcessorCount, bench.Effort.Unpaired, bench.Photos, cancellationToken);

        return new Findings(
            FormattableString.Invariant($"The chain does {best * 100:0.0} % of the bound."),
            best >= Target,
            [
                new FigureTable(["codec", "clients", "chain / bound", "chain, a second", "bound, a second", "errors and missing votes"], rows),
                new FigureTable(
                    ["processor time of a photograph", "ms of one core"],
                    [.. watched.Busy.Append((Name: "all of these", Cores: watched.Busy.Sum(process => process.Cores)))
                        .Select(process => (string[])[process.Name, new Spread([process.Cores * 1000 / watched.Measured.AnsweredPerSecond]).Text("0.00")])]),
            ]);
    }
}
