using System.Globalization;
using InferenceTracing.Imaging;
using InferenceTracing.Photos.Crafted;
using InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

/// <summary>
/// What a header is said to cost is never less than what the codec then takes, measured as the kernel counts it, over files a stranger would craft.
/// <c>DECODE_MEMORY_FILES=3000</c> looks at more of them, <c>DECODE_MEMORY_SEED</c> at others.
/// </summary>
[Collection(nameof(LoadTests))]
public sealed class DecodeMemoryTests(ITestOutputHelper output)
{
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
            var (name, file) = CraftedPicture.Next(random, (side, suffix) => Picture.Scene(side, side).Save(suffix));
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

    private static int Setting(string name, int standard) =>
        int.TryParse(Environment.GetEnvironmentVariable(name), NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : standard;
}
