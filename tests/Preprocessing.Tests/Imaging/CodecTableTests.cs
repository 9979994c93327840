using InferenceTracing.Imaging;
using InferenceTracing.Photos.Crafted;
using InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

public sealed class CodecTableTests
{
    [Theory]
    [InlineData(3, ".jpg", ImageCodec.ImageSharp)]
    [InlineData(1, ".jpg", ImageCodec.ImageSharp)]
    [InlineData(3, ".jpg[interlace]", ImageCodec.ImageSharp)]
    [InlineData(3, ".png", ImageCodec.ImageSharp)]
    [InlineData(4, ".png", ImageCodec.ImageSharp)]
    [InlineData(3, ".png[palette]", ImageCodec.ImageSharp)]
    [InlineData(3, ".png[interlace]", ImageCodec.Libvips)]
    [InlineData(3, ".webp", ImageCodec.Libvips)]
    [InlineData(4, ".webp[lossless]", ImageCodec.Libvips)]
    internal void For_KindOfFile_GivesImageSharpWhatItIsSafeWith(int channels, string suffix, ImageCodec expected)
    {
        var header = ImageInspector.Inspect(Picture.Scene(64, 64, channels).Save(suffix), new ImageOptions());

        Assert.Equal(expected, CodecTable.For(header, ImageCodec.ImageSharp));
        Assert.Equal(ImageCodec.Libvips, CodecTable.For(header, ImageCodec.Libvips));
    }

    [Fact]
    public void For_Cmyk_IsLibvips()
    {
        var header = ImageInspector.Inspect(Picture.Scene(64, 64, 4).Save(".jpg", inks: true), new ImageOptions());

        Assert.Equal(ImageCodec.Libvips, CodecTable.For(header, ImageCodec.ImageSharp));
    }

    [Theory]
    [InlineData(5000, 4000, ImageCodec.ImageSharp)]
    [InlineData(5000, 5000, ImageCodec.Libvips)]
    internal void For_PictureThatFillsTheMemoryWhole_IsLibvips(int width, int height, ImageCodec expected)
    {
        var header = ImageInspector.Inspect(Hollow.Jpeg(width, height), new ImageOptions());

        Assert.Equal(expected, CodecTable.For(header, ImageCodec.ImageSharp));
    }
}
