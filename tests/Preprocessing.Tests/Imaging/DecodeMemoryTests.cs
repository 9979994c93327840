using System.Globalization;
using InferenceTracing.Preprocessing.Imaging;
using InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

/// <summary>
/// What a header is said to cost is never less than what the codec then takes, measured as the kernel counts it, over files a stranger would craft.
/// <c>DECODE_MEMORY_FILES=3000</c> looks at more of them, <c>DECODE_MEMORY_SEED</c> at others.
/// </summary>
[Collection(nameof(LoadTests))]
public sealed class DecodeMemoryTests(ITestOutputHelper output)
{
    private static readonly byte[] Samplings = [0x11, 0x21, 0x12, 0x22, 0x41, 0x14, 0x44];

    [Fact]
    public void MemoryOf_CraftedFiles_IsNeverLessThanWhatDecodingTakes()
    {
        var random = new Random(Setting("DECODE_MEMORY_SEED", 20261125));
        var limits = new ImageOptions { DecodeTimeout = TimeSpan.FromSeconds(30) };
        var (taken, refused, worst) = (0, 0, 0.0);

        foreach (var codec in new[] { Codec.ImageSharp, Codec.Libvips })
        {
            // What is loaded at first use is nobody's picture.
            codec.Preprocess(Picture.Scene(640, 480).Save(".jpg"));
            codec.Preprocess(Picture.Scene(640, 480).Save(".png"));
            codec.Preprocess(Picture.Scene(640, 480).Save(".webp"));
        }

        for (var i = 0; i < Setting("DECODE_MEMORY_FILES", 300); i++)
        {
            var (name, file) = Crafted(random);
            var codec = i % 2 == 0 ? Codec.ImageSharp : Codec.Libvips;
            ImageHeader header;

            try
            {
                header = ImageInspector.Inspect(file, new ImageOptions { Codec = codec.Either(ImageCodec.ImageSharp, ImageCodec.Libvips) });
            }
            catch (ImageRejectedException)
            {
                refused++;
                continue;
            }

            var said = CodecTable.MemoryOf(header, CodecTable.For(header, codec.Either(ImageCodec.ImageSharp, ImageCodec.Libvips)));
            var peak = ResidentPeak.Of(() => Attempt(codec, file, header));
            taken++;
            worst = Math.Max(worst, peak / (double)said);
            Assert.True(peak <= said, $"{codec} {name}: {peak >> 20} MiB, said {said >> 20} MiB");
        }

        output.WriteLine($"{taken} decoded, {refused} refused by their header; at most {worst:P0} of what was said");
        Assert.True(taken > refused / 4);
    }

    private static void Attempt(Codec codec, byte[] file, ImageHeader header)
    {
        try
        {
            codec.Preprocess(file, header, new byte[OpenInference.PixelTensor.BytesPerImage], CancellationToken.None);
        }
        catch (ImageRejectedException)
        {
            // Most are hollow; what they took before it was seen is what counts.
        }
    }

    private static (string Name, byte[] File) Crafted(Random random)
    {
        // As many of each order of magnitude; the largest that the limits allow every now and then.
        var area = Math.Pow(2, 12 + (random.NextDouble() * 14));
        var ratio = Math.Pow(2, (random.NextDouble() * 6) - 3);
        var width = (int)Math.Clamp(Math.Sqrt(area * ratio), 8, 16384);
        var height = (int)Math.Clamp(area / width, 8, 16384);

        switch (random.Next(8))
        {
            case 0 or 1 or 2:
                var sampling = Enumerable.Range(0, random.Next(3) switch { 0 => 1, 1 => 3, _ => 4 }).Select(_ => Samplings[random.Next(Samplings.Length)]).ToArray();
                var all = Enumerable.Range(1, sampling.Length).Select(component => (byte)component).ToArray();
                var scans = random.Next(3) switch { 0 => [all], 1 => [[all[0]]], _ => all.Select(component => new[] { component }).ToArray() };
                var (progressive, bytes) = (random.Next(2) == 0, random.Next(2) == 0 ? 0 : Math.Min(width * height / 64, 1 << 20));
                return ($"jpeg {width}x{height} {Convert.ToHexString(sampling)} {scans.Length} scans, progressive {progressive}, {bytes} bytes",
                    Hollow.Jpeg(width, height, progressive, sampling, scans, bytes));
            case 3 or 4 or 5:
                var (colour, bits) = ((byte)(random.Next(5) switch { 0 => 0, 1 => 2, 2 => 3, 3 => 4, _ => 6 }), (byte)(random.Next(2) == 0 ? 8 : 16));
                bits = colour == 3 ? (byte)8 : bits;
                var (interlaced, whole) = (random.Next(4) == 0, random.Next(4) != 0);
                var channels = colour switch { 0 or 3 => 1, 2 => 3, 4 => 2, _ => 4 };
                var rows = whole ? (height * 2L * ((width * channels * (bits / 8)) + 1)) : random.Next(1000);
                return ($"png {width}x{height} colour {colour} bits {bits} interlaced {interlaced} whole {whole}",
                    Hollow.Png(width, height, interlaced, bits, colour, Math.Min(rows, 1L << 29)));
            case 6:
                return ($"lossless webp {width}x{height}", Hollow.LosslessWebp(Math.Min(width, 16383), Math.Min(height, 16383)));
            default:
                var side = (int)Math.Min(2000, Math.Sqrt(area));
                var suffix = random.Next(4) switch { 0 => ".webp", 1 => ".webp[lossless]", 2 => ".jpg[interlace]", _ => ".png[compression=1]" };
                return ($"scene {side} {suffix}", Picture.Scene(Math.Max(side, 16), Math.Max(side, 16)).Save(suffix));
        }
    }

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : standard;
}
