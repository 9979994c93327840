using System.Diagnostics;
using InferenceTracing.Imaging;
using InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

/// <summary>Run alone: memory and time are measured.</summary>
[CollectionDefinition(nameof(LoadTests), DisableParallelization = true)]
public abstract class LoadTests(Codec codec, ITestOutputHelper output)
{
    private static readonly string[] Kinds = [".jpg", ".jpg[interlace]", ".png", ".webp", ".webp[lossless]"];

    [Fact]
    public void Preprocess_ManyCallersAtOnce_EachGetsItsOwnPicture()
    {
        var files = Kinds.Select((kind, i) => Picture.Scene(300 + (40 * i), 400).Save(kind)).ToArray();
        var expected = files.Select(file => codec.Preprocess(file)).ToArray();

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            var kind = i % files.Length;
            Assert.True(expected[kind].AsSpan().SequenceEqual(codec.Preprocess(files[kind])));

            // A damaged one in between takes none of the others along.
            Assert.Throws<ImageRejectedException>(() => codec.Preprocess(files[kind].AsSpan(0, files[kind].Length / 2)));
        });
    }

    [Fact]
    public void Preprocess_ThousandsOfPictures_MemoryStaysBounded()
    {
        var files = Kinds.Select(kind => Picture.Scene(640, 480).Save(kind)).ToArray();
        byte[][] damaged = [.. files.Select(file => Damage(file))];
        Run(200);

        var before = Resident();
        Run(2000);
        var grown = Resident() - before;

        output.WriteLine($"resident memory grew by {grown / 1024} KiB");
        Assert.True(grown < 64 * 1024 * 1024, $"{grown} bytes");

        void Run(int pictures)
        {
            Parallel.For(0, pictures, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
            {
                _ = codec.Preprocess(files[i % files.Length]);
                try
                {
                    _ = codec.Preprocess(damaged[i % damaged.Length]);
                }
                catch (ImageRejectedException)
                {
                }
            });
        }
    }

    [Fact]
    public void Preprocess_OnePicture_LeavesNothingOnTheLargeObjectHeap()
    {
        var file = Picture.Scene(640, 480).Save(".jpg");
        var rgb = new byte[OpenInference.PixelTensor.BytesPerImage];
        Once();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Once();
        }

        var perPicture = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        output.WriteLine($"{perPicture} managed bytes a picture");
        Assert.InRange(perPicture, 0, codec.Either(imageSharp: 48 * 1024, libvips: 2 * 1024));

        void Once() => codec.Preprocess(file, ImageInspector.Inspect(file, new ImageOptions()), rgb, CancellationToken.None);
    }

    [Theory]
    [InlineData(640, 480)]
    [InlineData(1920, 1080)]
    [InlineData(3361, 2521)]
    public void Preprocess_Jpeg_TakesMilliseconds(int width, int height)
    {
        var file = Picture.Scene(width, height).Save(".jpg[Q=85]");
        var times = new double[30];
        for (var i = 0; i < times.Length; i++)
        {
            var start = Stopwatch.GetTimestamp();
            _ = codec.Preprocess(file);
            times[i] = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        }

        Array.Sort(times);
        output.WriteLine($"{width}x{height}: median {times[times.Length / 2]:F1} ms");
        Assert.True(times[times.Length / 2] < 500);
    }

    /// <summary>Formally complete, but wrong in the middle of its pixels.</summary>
    private static byte[] Damage(byte[] file)
    {
        var damaged = file.ToArray();
        for (var i = damaged.Length / 2; i < (damaged.Length / 2) + 20; i++)
        {
            damaged[i] ^= 0x55;
        }

        return damaged;
    }

    private static long Resident()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        using var self = Process.GetCurrentProcess();
        return self.WorkingSet64;
    }
}

[Collection(nameof(LoadTests))]
public sealed class ImageSharpLoadTests(ITestOutputHelper output) : LoadTests(Codec.ImageSharp, output);

[Collection(nameof(LoadTests))]
public sealed class LibvipsLoadTests(ITestOutputHelper output) : LoadTests(Codec.Libvips, output);
