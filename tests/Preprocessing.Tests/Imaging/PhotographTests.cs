using InferenceTracing.Imaging;
using InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

namespace InferenceTracing.Preprocessing.Tests.Imaging;

public abstract class PhotographTests(Codec codec, ITestOutputHelper output)
{
    [Theory]
    [InlineData("brittany_spaniel.jpg")]
    [InlineData("camera_tripod_gray.png")]
    [InlineData("cat_1080p.jpg")]
    [InlineData("chelsea_cat.png")]
    [InlineData("chickadee.png")]
    [InlineData("crocodile.jpg")]
    [InlineData("crocodile_exif6.jpg")]
    [InlineData("espresso.png")]
    [InlineData("giant_panda.jpg")]
    [InlineData("goldfish.jpg")]
    [InlineData("hot_dog.jpg")]
    [InlineData("hot_dog_cmyk.jpg")]
    [InlineData("labrador.jpg")]
    [InlineData("labrador_gray.jpg")]
    [InlineData("mug_8mp.jpg")]
    public void Preprocess_Photograph_IsCloseToTheReference(string name)
    {
        var file = Photographs.Read(name);
        var header = ImageInspector.Inspect(file, new ImageOptions());

        var difference = Difference.Between(Reference.Preprocess(file, header.Orientation, header.Format), codec.Preprocess(file));

        output.WriteLine($"{name}: {header} {difference}");
        Assert.True(difference is { Mean: < 1.0, P99: <= 6, Max: <= 40 }, $"{name}: {difference}");
    }
}

public sealed class ImageSharpPhotographTests(ITestOutputHelper output) : PhotographTests(Codec.ImageSharp, output);

public sealed class LibvipsPhotographTests(ITestOutputHelper output) : PhotographTests(Codec.Libvips, output);
