using System.Diagnostics;
using InferenceTracing.Preprocessing.Imaging;
using InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

/// <summary>Run alone: memory and time are measured.</summary>
[Collection(nameof(LoadTests))]
[CollectionDefinition(nameof(LoadTests), DisableParallelization = true)]
public sealed class LoadTests(ITestOutputHelper output)
{
    private static readonly string[] Kinds = [".jpg", ".jpg[interlace]", ".png", ".webp", ".webp[lossless]"];

    [Fact]
    public void Preprocess_ManyCallersAtOnce_EachGetsItsOwnPicture()
    {
        var files = Kinds.Select((kind, i) => Picture.Scene(300 + (40 * i), 400).Save(kind)).ToArray();
        var expected = files.Select(file => Codec.Preprocess(file)).ToArray();

        Parallel.For(0, 400, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            var kind = i % files.Length;
            Assert.True(expected[kind].AsSpan().SequenceEqual(Codec.Preprocess(files[kind])));

            // A damaged one in between takes none of the others along.
            Assert.Throws<ImageRejectedException>(() => Codec.Preprocess(files[kind].AsSpan(0, files[kind].Length / 2)));
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
                _ = Codec.Preprocess(files[i % files.Length]);
                try
                {
                    _ = Codec.Preprocess(damaged[i % damaged.Length]);
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
        var preprocessor = new ImagePreprocessor(new ImageLimits(), TimeProvider.System);
        Once();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Once();
        }

        var perPicture = (GC.GetAllocatedBytesForCurrentThread() - before) / 100;
        output.WriteLine($"{perPicture} managed bytes a picture");
        Assert.True(perPicture < 4096, $"{perPicture} bytes");

        void Once() => preprocessor.Preprocess(file, ImageInspector.Inspect(file, new ImageLimits()), rgb, CancellationToken.None);
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
            _ = Codec.Preprocess(file);
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
