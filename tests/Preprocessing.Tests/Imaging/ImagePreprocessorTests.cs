using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

public abstract class ImagePreprocessorTests(Codec codec, ITestOutputHelper output)
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Preprocess_EveryOrientation_ComesOutUpright(int orientation)
    {
        // 301 and 451 make both crop offsets fall half-way between two pixels somewhere.
        Compare(Tagging.InPng(Picture.Scene(451, 301).Save(".png"), Tagging.Exif(orientation)), 0.5, 6);

        // ImageSharp repeats the halved colours of a JPEG where libjpeg interpolates them: at this scene's hard edges, hardly reduced, it shows.
        var (mean, max) = codec.Either(imageSharp: (2.0, 60), libvips: (0.5, 6));
        Compare(Tagging.InJpeg(Picture.Scene(301, 452).Save(".jpg"), Tagging.Exif(orientation)), mean, max);
    }

    [Theory]
    [InlineData(224, 224)]
    [InlineData(256, 256)]
    [InlineData(255, 256)]
    [InlineData(257, 256)]
    [InlineData(8, 8)]
    [InlineData(100, 37)]
    [InlineData(9, 600)]
    [InlineData(640, 480)]
    [InlineData(3000, 300)]
    public void Preprocess_AnySize_IsCloseToTheReference(int width, int height) =>
        Compare(Picture.Scene(width, height).Save(".png"), 0.5, 8);

    [Theory]
    [InlineData(1023, 1025)]
    [InlineData(1801, 1201)]
    [InlineData(2047, 4095)]
    [InlineData(4001, 3999)]
    public void Preprocess_SizeThatTheDecoderShrinks_IsCloseToTheReference(int width, int height)
    {
        var scene = Picture.Scene(width, height);

        Compare(scene.Save(".jpg[Q=95]"), 1.5, 40);
        Compare(scene.Save(".webp[Q=95]"), 1.5, 40);
    }

    [Theory]
    [InlineData(1, ".jpg")]
    [InlineData(3, ".jpg[Q=90,interlace]")]
    [InlineData(3, ".jpg[optimize_coding,subsample_mode=off]")]
    [InlineData(1, ".png")]
    [InlineData(1, ".png[bitdepth=1]")]
    [InlineData(1, ".png[bitdepth=2]")]
    [InlineData(2, ".png")]
    [InlineData(4, ".png")]
    [InlineData(3, ".png[interlace]")]
    [InlineData(3, ".png[palette]")]
    [InlineData(3, ".png[palette,bitdepth=4]")]
    [InlineData(4, ".png[palette]")]
    [InlineData(3, ".webp")]
    [InlineData(4, ".webp")]
    [InlineData(3, ".webp[lossless]")]
    [InlineData(4, ".webp[lossless]")]
    public void Preprocess_EveryKindOfFile_IsCloseToTheReference(int channels, string suffix) =>
        Compare(Picture.Scene(480, 360, channels).Save(suffix), 0.8, 16);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Preprocess_SixteenBits_UsesTheUpperEight(int channels) =>
        Compare(Picture.Scene(480, 360, channels).InSixteenBits().Save(".png[bitdepth=16]"), 0.5, 6);

    [Fact]
    public void Preprocess_Cmyk_IsCloseToTheReference() => Compare(Picture.Scene(480, 360, 4).Save(".jpg[Q=95]", inks: true), 0.6, 60);

    [Fact]
    public void Preprocess_Transparency_BecomesWhite()
    {
        var clear = new Picture(300, 300, 4, new byte[300 * 300 * 4]);

        Assert.All(codec.Preprocess(clear.Save(".png")), sample => Assert.Equal(255, sample));
        Assert.All(codec.Preprocess(clear.Save(".webp[lossless]")), sample => Assert.Equal(255, sample));
    }

    [Fact]
    public void Preprocess_AnimationWhereAllowed_TakesTheFirstFrame()
    {
        var strip = Picture.Scene(300, 900);
        var first = new Picture(300, 300, 3, strip.Samples[..(300 * 300 * 3)]);

        var pixels = codec.Preprocess(strip.Save(".webp[lossless]", frameHeight: 300), new ImageOptions { MaxFrames = 3 });

        // The WebP is libvips' in either case; a PNG of the same pixels is not.
        Assert.InRange(Difference.Between(codec.Preprocess(first.Save(".png")), pixels).Max, 0, codec.Either(imageSharp: 2, libvips: 0));
    }

    [Fact]
    public void Preprocess_HeaderOfAnotherPicture_IsRefused()
    {
        var file = Picture.Scene(300, 300).Save(".png");
        var header = ImageInspector.Inspect(file, new ImageOptions()) with { Width = 200 };

        var rejected = Assert.Throws<ImageRejectedException>(
            () => codec.Preprocess(file, header, new byte[PixelTensor.BytesPerImage], TestContext.Current.CancellationToken));

        Assert.Equal("image_corrupt", rejected.Reason);
    }

    [Fact]
    public void Preprocess_Cancelled_Stops()
    {
        var file = Picture.Scene(300, 300).Save(".png");
        var header = ImageInspector.Inspect(file, new ImageOptions());

        Assert.Throws<OperationCanceledException>(
            () => codec.Preprocess(file, header, new byte[PixelTensor.BytesPerImage], new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Preprocess_TimeIsUp_StopsHalfWay()
    {
        var file = Picture.Scene(4000, 4000).Save(".png[compression=1]");
        var header = ImageInspector.Inspect(file, new ImageOptions());
        var hasty = codec.Within(TimeSpan.FromMilliseconds(5));

        var rejected = Assert.Throws<ImageRejectedException>(
            () => hasty.Preprocess(file, header, new byte[PixelTensor.BytesPerImage], TestContext.Current.CancellationToken));

        Assert.Equal(("image_decode_timeout", 422), (rejected.Reason, rejected.Status));
    }

    [Fact]
    public void Preprocess_CancelledHalfWay_Stops()
    {
        var file = Picture.Scene(4000, 4000).Save(".png[compression=1]");
        var header = ImageInspector.Inspect(file, new ImageOptions());
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(5));

        Assert.Throws<OperationCanceledException>(() => codec.Preprocess(file, header, new byte[PixelTensor.BytesPerImage], source.Token));
    }

    private void Compare(byte[] file, double mean, int max)
    {
        var header = ImageInspector.Inspect(file, new ImageOptions());

        var difference = Difference.Between(Reference.Preprocess(file, header.Orientation, header.Format), codec.Preprocess(file));

        output.WriteLine($"{header} {difference}");
        Assert.True(difference.Mean <= mean && difference.Max <= max, $"{header}: {difference}");
    }
}

public sealed class ImageSharpImagePreprocessorTests(ITestOutputHelper output) : ImagePreprocessorTests(Codec.ImageSharp, output);

public sealed class LibvipsImagePreprocessorTests(ITestOutputHelper output) : ImagePreprocessorTests(Codec.Libvips, output);
