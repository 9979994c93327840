using System.Diagnostics;
using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.Photos.Crafted;
using InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

public abstract class HostileFileTests(Codec codec, ITestOutputHelper output)
{
    private static readonly CancellationToken Cancellation = TestContext.Current.CancellationToken;

    public static TheoryData<string> Kinds =>
    [
        ".jpg", ".jpg[interlace]", ".jpg[restart_interval=4]", ".png", ".png[interlace]", ".png[palette]",
        ".webp", ".webp[lossless]", ".webp[keep=none]",
    ];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Preprocess_TruncatedAnywhere_IsRefused(string suffix)
    {
        var file = Tagged(Picture.Scene(300, 280).Save(suffix));
        var cuts = Enumerable.Range(1, Math.Min(file.Length - 1, 200))
            .Concat(Enumerable.Range(1, 300).Select(i => (int)((long)file.Length * i / 301)))
            .Concat(Enumerable.Range(Math.Max(1, file.Length - 40), 40).Where(cut => cut < file.Length));

        List<int> taken = [];

        foreach (var cut in cuts)
        {
            try
            {
                _ = codec.Preprocess(file.AsSpan(0, cut));
                taken.Add(file.Length - cut);
            }
            catch (ImageRejectedException rejected)
            {
                Assert.InRange(rejected.Status, 400, 499);
            }
        }

        // A JPEG is whole without its last marker, and a few bits of filling before it; a progressive one also where a refinement ends.
        Assert.All(taken, missing => Assert.True(suffix.StartsWith(".jpg", StringComparison.Ordinal) && (missing <= 8 || suffix.Contains("interlace", StringComparison.Ordinal)), $"{missing} bytes were missing"));
        Assert.InRange(taken.Count, 0, 16);
    }

    [Fact]
    public void Preprocess_JpegCutAndClosedAgain_NeverCrashes()
    {
        // With an end marker put back the file is formally complete: pixels or a refusal, both are answers.
        var file = Picture.Scene(300, 280).Save(".jpg");
        for (var cut = 600; cut < file.Length; cut += 97)
        {
            _ = Attempt([.. file.AsSpan(0, cut), 0xFF, 0xD9]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Preprocess_FlippedBytes_AnswersPixelsOrARefusal(string suffix)
    {
        const int rounds = 400;
        var file = Tagged(Picture.Scene(150, 140).Save(suffix));
        var random = new Random(20_240_607);
        var slowest = TimeSpan.Zero;
        var refused = 0;

        for (var round = 0; round < rounds; round++)
        {
            var damaged = file.ToArray();
            for (var flips = random.Next(1, 8); flips > 0; flips--)
            {
                // Half of the flips hit the headers, which are a small part of the file.
                var range = random.Next(2) == 0 ? Math.Min(400, damaged.Length) : damaged.Length;
                damaged[random.Next(range)] ^= (byte)random.Next(1, 256);
            }

            // A wrong checksum alone refuses a PNG: half of them are made right again, so that the damage reaches the decoder.
            if (suffix.StartsWith(".png", StringComparison.Ordinal) && random.Next(2) == 0)
            {
                Tagging.RepairChecksums(damaged);
            }

            var start = Stopwatch.GetTimestamp();
            refused += Attempt(damaged) ? 0 : 1;
            var elapsed = Stopwatch.GetElapsedTime(start);
            slowest = elapsed > slowest ? elapsed : slowest;
        }

        output.WriteLine($"{suffix}: {refused} of {rounds} refused, slowest {slowest.TotalMilliseconds:F0} ms");
        Assert.True(slowest < TimeSpan.FromSeconds(6), $"{suffix}: {slowest}");
    }

    /// <summary>
    /// Right in every chunk and checksum, but with fewer pixels than announced; with none at all this is the file of 65 bytes from which ImageSharp
    /// 2.1.13 never returns.
    /// </summary>
    [Theory]
    [InlineData(2, 8, 24)]
    [InlineData(0, 1, 1)]
    [InlineData(3, 8, 8)]
    [InlineData(6, 16, 64)]
    public async Task Preprocess_InterlacedPngWithTooFewPixels_IsRefused(byte colour, byte bits, int bitsPerPixel)
    {
        foreach (var pixels in (int[])[0, 1, 64, 1000, 2000, 3000, 4000])
        {
            var file = Hollow.Png(64, 64, interlaced: true, bits, colour, bytes: pixels * bitsPerPixel / 8);

            var answered = await Task.Run(() => Attempt(file), Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);

            Assert.False(answered, $"{pixels} of 4096 pixels were enough");
        }
    }

    [Fact]
    public async Task Preprocess_PngWithTooFewPixels_AnswersPixelsOrARefusal()
    {
        foreach (var bytes in (int[])[0, 1, 193, 1000, 10_000, 12_000])
        {
            var file = Hollow.Png(64, 64, bytes: bytes);

            _ = await Task.Run(() => Attempt(file), Cancellation).WaitAsync(TimeSpan.FromMinutes(1), Cancellation);
        }
    }

    [Fact]
    public void Preprocess_RandomBytesBehindASignature_AreRefused()
    {
        var random = new Random(1);
        byte[][] beginnings = [[0xFF, 0xD8, 0xFF], [0x89, .. "PNG\r\n\x1A\n"u8], [.. "RIFF"u8, 0, 1, 0, 0, .. "WEBPVP8 "u8]];
        for (var round = 0; round < 1000; round++)
        {
            var noise = new byte[random.Next(0, 2000)];
            random.NextBytes(noise);
            Assert.False(Attempt([.. beginnings[round % 3], .. noise]));
        }
    }

    [Theory]
    [InlineData(".jpg[interlace]", 5600)]
    [InlineData(".png[interlace,compression=1]", 7900)]
    [InlineData(".webp[lossless,effort=0]", 4000)]
    public void Preprocess_LargestThatTheLimitsAllow_EndsInBoundedTime(string suffix, int side)
    {
        var file = new Picture(side, side, 1, new byte[side * side]).Save(suffix);

        var start = Stopwatch.GetTimestamp();
        var answered = Attempt(file);
        var elapsed = Stopwatch.GetElapsedTime(start);

        output.WriteLine($"{suffix} {side}: {file.Length} bytes, {elapsed.TotalMilliseconds:F0} ms, answered {answered}");
        Assert.True(elapsed < TimeSpan.FromSeconds(20), $"{elapsed}");
    }

    [Fact]
    public void Preprocess_AsManyEmptyScansAsTheLimitsAllow_EndsInBoundedTime()
    {
        const int Width = 16384;
        const int Height = 3896;
        var file = Hollow.ManyScans(Width, Height, scans: (int)(new ImageOptions().MaxScannedPixels / (Width * Height)));

        var start = Stopwatch.GetTimestamp();
        var answered = Attempt(file);
        var elapsed = Stopwatch.GetElapsedTime(start);

        output.WriteLine($"{file.Length} bytes, {elapsed.TotalMilliseconds:F0} ms, answered {answered}");
        Assert.True(answered || elapsed >= new ImageOptions().DecodeTimeout);
        Assert.True(elapsed < TimeSpan.FromSeconds(20), $"{elapsed}");
    }

    /// <summary>A JPEG gets an EXIF block, so that its parser is under test too.</summary>
    private static byte[] Tagged(byte[] file) => file[0] == 0xFF ? Tagging.InJpeg(file, Tagging.Exif(6)) : file;

    private bool Attempt(byte[] file)
    {
        try
        {
            var pixels = codec.Preprocess(file);
            return pixels.Length == PixelTensor.BytesPerImage;
        }
        catch (ImageRejectedException rejected)
        {
            Assert.InRange(rejected.Status, 400, 499);
            return false;
        }
    }
}

public sealed class ImageSharpHostileFileTests(ITestOutputHelper output) : HostileFileTests(Codec.ImageSharp, output);

public sealed class LibvipsHostileFileTests(ITestOutputHelper output) : HostileFileTests(Codec.Libvips, output);
