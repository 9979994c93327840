using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.Preprocessing.Imaging;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What decoding costs, by photograph. The other codec is another build of the same class: run this with <c>-p:CardPackages=true</c> too and compare.</summary>
internal sealed class Codec : IBenchmark
{
#if CARD_PACKAGES
    private const string Used = "ImageSharp";
#else
    private const string Used = "libvips";
#endif

    public string Name => "codec";

    public string Question => "Decode, orient, resize and crop on one core, by photograph; this build's codec.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var native = await bench.NativeAsync(cancellationToken);
        var slice = bench.Effort.Slice / bench.Photos.Count;
        var rows = new List<(double Pixels, IReadOnlyList<string> Row)>();

        foreach (var (photo, index) in bench.Photos.Select((photo, index) => (photo, index)))
        {
            var header = ImageInspector.Inspect(photo.Bytes, new ImageLimits());
            native.DecodeLatency(index, slice / 4);
            var rounds = new Spread([.. Enumerable.Range(0, bench.Effort.Pairs).Select(_ => native.DecodeLatency(index, slice).Percentile(50).TotalMilliseconds)]);
            var pixels = header.Width * (double)header.Height;
            rows.Add((pixels, [photo.Name, header.Format, $"{header.Width}×{header.Height}", $"{photo.Bytes.Length / 1024}", rounds.Text("0.00")]));
        }

        return new Findings(
            $"{Used}, smallest photograph first.",
            Met: null,
            [new FigureTable(["photograph", "format", "pixels", "KiB", "p50 ms"], [.. rows.OrderBy(row => row.Pixels).Select(row => row.Row)])]);
    }
}
