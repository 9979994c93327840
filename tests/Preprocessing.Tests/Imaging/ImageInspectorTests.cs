using System.Buffers.Binary;
using InferenceTracing.Imaging;
using InferenceTracing.Photos;
using InferenceTracing.Photos.Crafted;
using InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

public sealed class ImageInspectorTests
{
    [Theory]
    [InlineData(".jpg", "jpeg")]
    [InlineData(".png", "png")]
    [InlineData(".webp", "webp")]
    [InlineData(".webp[lossless]", "webp")]
    public void Inspect_Picture_TellsFormatAndSize(string suffix, string format)
    {
        var header = Inspect(Picture.Scene(333, 222).Save(suffix));

        Assert.Equal((format, 333, 222, 1, 1), (header.Format, header.Width, header.Height, header.Orientation, header.Frames));
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(6, 6)]
    [InlineData(8, 8)]
    [InlineData(0, 1)]
    [InlineData(9, 1)]
    public void Inspect_OrientationTag_IsReadInEveryFormatAndByteOrder(int tag, int expected)
    {
        var scene = Picture.Scene(40, 30);

        Assert.Equal(expected, Inspect(Tagging.InJpeg(scene.Save(".jpg[keep=none]"), Tagging.Exif(tag))).Orientation);
        Assert.Equal(expected, Inspect(Tagging.InJpeg(scene.Save(".jpg[keep=none]"), Tagging.Exif(tag, littleEndian: true))).Orientation);
        Assert.Equal(expected, Inspect(Tagging.InPng(scene.Save(".png[keep=none]"), Tagging.Exif(tag))).Orientation);
        Assert.Equal(expected, Inspect(Tagging.InWebp(scene.Save(".webp[keep=none]"), 40, 30, Tagging.Exif(tag))).Orientation);
    }

    [Fact]
    public void Inspect_ProgressiveJpeg_CountsScansAndCoefficients()
    {
        var header = Inspect(Picture.Scene(640, 480).Save(".jpg[interlace,subsample_mode=off]"));

        Assert.InRange(header.Scans, 2, 20);
        Assert.Equal(640 * 480 * 3 * sizeof(short), header.HeldBytes);
    }

    [Fact]
    public void Inspect_InterlacedPng_CountsThePictureAsHeld()
    {
        Assert.Equal(640 * 480 * 4, Inspect(Picture.Scene(640, 480).Save(".png[interlace]")).HeldBytes);
        Assert.Equal(0, Inspect(Picture.Scene(640, 480).Save(".png")).HeldBytes);
    }

    [Fact]
    public void Inspect_ScanWithoutAllComponents_CountsThePictureAsHeld()
    {
        var jpeg = Hollow.Jpeg(640, 480);
        var scan = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        byte[] oneOfThree = [.. jpeg.AsSpan(0, scan), 0xFF, 0xDA, 0, 8, 1, 1, 0, 0, 63, 0, 0xFF, 0xD9];

        Assert.Equal(0, Inspect(jpeg).HeldBytes);
        Assert.Equal(640 * 480 * 3 * sizeof(short), Inspect(oneOfThree).HeldBytes);
    }

    [Fact]
    public void Inspect_NoBytes_Answers400() => Rejected([], "image_empty", 400);

    [Theory]
    [InlineData("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"300\" height=\"300\"/>")]
    [InlineData("<?xml version=\"1.0\"?><svg/>")]
    [InlineData("%PDF-1.7\n1 0 obj")]
    [InlineData("GIF89a\u0001\0\u0001\0")]
    [InlineData("II*\0\u0008\0\0\0")]
    [InlineData("MM\0*\0\0\0\u0008")]
    [InlineData("RIFF\u0024\0\0\0WAVEfmt ")]
    [InlineData("BM\0\0\0\0")]
    [InlineData("P6 2 2 255\n")]
    [InlineData("\0\0\0\u001cftypheic")]
    [InlineData("x")]
    public void Inspect_AnotherFormat_Answers415(string content) =>
        Rejected(System.Text.Encoding.Latin1.GetBytes(content), "image_format_unsupported", 415);

    [Theory]
    [InlineData(0xC3)]
    [InlineData(0xC5)]
    [InlineData(0xC9)]
    [InlineData(0xCA)]
    public void Inspect_JpegOfAnotherProcess_Answers415(byte startOfFrame) =>
        Rejected(Hollow.Jpeg(100, 100, startOfFrame), "image_format_unsupported", 415);

    [Fact]
    public void Inspect_TwelveBitJpeg_Answers415() => Rejected(Hollow.Jpeg(100, 100, 0xC1, precision: 12), "image_format_unsupported", 415);

    [Fact]
    public void Inspect_TooManyBytes_Answers413() =>
        Rejected(Picture.Scene(64, 64).Save(".png"), "image_too_large", 413, new ImageOptions { MaxBytes = 100 });

    [Fact]
    public void Inspect_HugeSizeInTheHeader_Answers413BeforeAnythingIsDecoded()
    {
        Rejected(Hollow.Jpeg(65535, 65535), "image_too_many_pixels", 413);
        Rejected(Hollow.Jpeg(16384, 16384), "image_too_many_pixels", 413);
        Rejected(Hollow.Jpeg(65535, 10), "image_too_many_pixels", 413);
        Rejected(Hollow.Png(int.MaxValue, int.MaxValue, interlaced: true), "image_too_many_pixels", 413);
        Rejected(Hollow.Png(100_000, 100), "image_too_many_pixels", 413);
        Rejected(Hollow.Webp(1 << 24, 1 << 24), "image_too_many_pixels", 413);
        Rejected(Hollow.LosslessWebp(16384, 16384), "image_too_many_pixels", 413);
    }

    [Fact]
    public void Inspect_TooMuchToHoldAtOnce_Answers413()
    {
        Rejected(Hollow.Jpeg(8000, 8000, 0xC2), "image_too_much_memory", 413);
        Rejected(Hollow.Png(8000, 8000, interlaced: true, bits: 16, colour: 6), "image_too_much_memory", 413);
    }

    [Fact]
    public void Inspect_CompressedTextsThatCouldInflate_Answers413()
    {
        var png = Picture.Scene(64, 64).Save(".png");
        var text = PngFile.Chunk("zTXt"u8, new byte[60_000]);
        byte[] bomb = [.. png.AsSpan(0, 33), .. Enumerable.Repeat(text, 10).SelectMany(chunk => chunk), .. png.AsSpan(33)];

        Rejected(bomb, "image_too_much_memory", 413);
    }

    [Fact]
    public void Inspect_TooManyScans_Answers422()
    {
        var jpeg = Picture.Scene(64, 64).Save(".jpg[interlace]");

        Rejected(jpeg, "image_too_many_scans", 422, new ImageOptions { MaxScans = 5 });
    }

    [Fact]
    public void Inspect_ScansOfALargePicture_CountByItsPixels() =>
        Rejected(Hollow.ManyScans(width: 16384, height: 3896, scans: 11), "image_too_many_scans", 422);

    [Fact]
    public void Inspect_Animation_Answers422UnlessAllowed()
    {
        var webp = Picture.Scene(64, 192).Save(".webp", frameHeight: 64);
        var png = Picture.Scene(64, 64).Save(".png");
        byte[] apng = [.. png.AsSpan(0, 33), .. PngFile.Chunk("acTL"u8, [0, 0, 0, 5, 0, 0, 0, 0]), .. png.AsSpan(33)];

        Rejected(webp, "image_too_many_frames", 422);
        Rejected(apng, "image_too_many_frames", 422);
        Assert.Equal(3, ImageInspector.Inspect(webp, new ImageOptions { MaxFrames = 3 }).Frames);
    }

    [Fact]
    public void Inspect_TooFewPixels_Answers422() => Rejected(Picture.Scene(7, 300).Save(".png"), "image_too_small", 422);

    [Fact]
    public void Inspect_PicturesThatContradictThemselves_Answer422()
    {
        var webp = Picture.Scene(40, 30).Save(".webp[keep=none]");
        var png = Picture.Scene(40, 30).Save(".png");
        var zeroWide = png.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(zeroWide.AsSpan(16), 0);

        Rejected(Tagging.InWebp(webp, 41, 30, []), "image_corrupt", 422);
        Rejected(RiffFile.Write([.. webp.AsSpan(12), .. webp.AsSpan(12)]), "image_corrupt", 422);
        Rejected(zeroWide, "image_corrupt", 422);
        Rejected([.. png.AsSpan(0, 33), .. png.AsSpan(8)], "image_corrupt", 422);
        Rejected(Hollow.Jpeg(100, 0), "image_corrupt", 422);
        Rejected([0xFF, 0xD8, 0xFF, 0xD9], "image_corrupt", 422);
    }

    private static ImageHeader Inspect(byte[] file) => ImageInspector.Inspect(file, new ImageOptions());

    private static void Rejected(byte[] file, string reason, int status, ImageOptions? limits = null)
    {
        var rejected = Assert.Throws<ImageRejectedException>(() => ImageInspector.Inspect(file, limits ?? new ImageOptions()));

        Assert.Equal((reason, status), (rejected.Reason, rejected.Status));
        Assert.DoesNotContain('\n', rejected.Message);
    }
}
