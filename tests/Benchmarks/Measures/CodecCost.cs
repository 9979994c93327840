using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.Imaging;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>What decoding costs with either codec, by photograph.</summary>
internal sealed class CodecCost : IBenchmark
{
    public string Name => "codec";

    public string Question => "Decode, orient, resize and crop on one core, by photograph, with `Images:Codec=imagesharp` and with `libvips`.";

    public async Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken)
    {
        var (imageSharp, libvips) = (await bench.NativeAsync(ImageCodec.ImageSharp, cancellationToken), await bench.NativeAsync(ImageCodec.Libvips, cancellationToken));
        var slice = bench.Effort.Slice / bench.Photos.Count;
        var rows = new List<(double Pixels, IReadOnlyList<string> Row)>();
        var sums = (ImageSharp: 0.0, Libvips: 0.0);

        foreach (var (photo, index) in bench.Photos.Select((photo, index) => (photo, index)))
        {
            var header = ImageInspector.Inspect(photo.Bytes, new ImageOptions());
            imageSharp.DecodeLatency(index, slice / 4);
            libvips.DecodeLatency(index, slice / 4);
            var pairing = await Interleaved.RunAsync(
                bench.Effort.Pairs,
                () => Task.FromResult(imageSharp.DecodeLatency(index, slice).Percentile(50).TotalMilliseconds),
                () => Task.FromResult(libvips.DecodeLatency(index, slice).Percentile(50).TotalMilliseconds));
            var (first, second) = (pairing.First(ms => ms), pairing.Second(ms => ms));
            sums = (sums.ImageSharp + first.Median, sums.Libvips + second.Median);
            rows.Add((header.Width * (double)header.Height,
            [
                photo.Name, header.Format, $"{header.Width}×{header.Height}", $"{photo.Bytes.Length / 1024}",
                CodecTable.NameOf(CodecTable.For(header, ImageCodec.ImageSharp)),
                first.Text("0.00"), second.Text("0.00"), pairing.Of((one, other) => one / other).Text("0.00"),
            ]));
        }

        return new Findings(
            FormattableString.Invariant($"All of them, one after the other: {sums.ImageSharp:0} ms with ImageSharp, {sums.Libvips:0} ms with libvips. Smallest first."),
            Met: null,
            [
                new FigureTable(
                    ["photograph", "format", "pixels", "KiB", "`imagesharp` gives it to", "`imagesharp`, p50 ms", "`libvips`, p50 ms", "ratio"],
                    [.. rows.OrderBy(row => row.Pixels).Select(row => row.Row)]),
            ]);
    }
}
