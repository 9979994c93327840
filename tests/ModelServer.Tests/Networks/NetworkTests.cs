using InferenceTracing.ModelRepository;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;

namespace InferenceTracing.ModelServer.Tests.Networks;

public sealed class NetworkTests(UntrainedRepository repository)
{
    [Fact]
    public void Apply_Nchw_IsByteTimesScaleMinusMeanOverStd()
    {
        using var images = PixelTensor.Rent(1);
        new Random(3).NextBytes(images.Span);
        var floats = new float[PixelTensor.BytesPerImage];
        var config = new ModelConfig();

        new Normalisation(config).Apply(images.Image(0), floats);

        for (var i = 0; i < floats.Length; i++)
        {
            var (pixel, colour) = (i / 3, i % 3);
            var expected = ((images.Span[i] / 255f) - config.Mean[colour]) / config.Std[colour];
            Assert.True(Math.Abs(expected - floats[(colour * 224 * 224) + pixel]) < 1e-5f);
        }
    }

    [Fact]
    public void Apply_Nhwc_KeepsTheOrderOfTheBytes()
    {
        using var images = PixelTensor.Rent(1);
        new Random(3).NextBytes(images.Span);
        var floats = new float[PixelTensor.BytesPerImage];

        new Normalisation(new ModelConfig { Layout = TensorLayout.Nhwc, Scale = 1, Mean = [0, 0, 0], Std = [1, 1, 1] }).Apply(images.Image(0), floats);

        Assert.Equal(images.Span.ToArray().Select(value => (float)value), floats);
    }

    [Theory]
    [InlineData(1000f, 999f, -1000f)]
    [InlineData(-1000f, -1001f, -3000f)]
    public void TryApply_LargeScores_DoNotOverflow(float a, float b, float c)
    {
        float[] row = [a, b, c];

        Assert.True(Softmax.TryApply(row));
        Assert.Equal([0.7311f, 0.2689f, 0f], row.Select(value => MathF.Round(value, 4)));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void TryApply_NoNumber_IsFalse(float score) => Assert.False(Softmax.TryApply([0f, score, 1f]));

    [Fact]
    public void Load_NoGraph_IsOneLine()
    {
        var path = Path.Combine(repository.Folder, "broken.onnx");
        File.WriteAllText(path, "no graph");

        var failure = Assert.Throws<InvalidDataException>(() => Network.Load(repository.Served with { GraphPath = path }, 1));

        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Theory]
    [InlineData("pixels", null)]
    [InlineData(null, "scores")]
    public void Load_ConfigNamesWhatIsNotThere_ListsWhatIs(string? input, string? output)
    {
        var config = new ModelConfig { Input = input, Output = output };

        var failure = Assert.Throws<InvalidDataException>(() => Network.Load(repository.Served with { Config = config }, 1));

        Assert.Contains(input is null ? "logits" : " x:", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OtherLayout_IsRefused() => Assert.Contains("[1 or any,224,224,3]", Assert.Throws<InvalidDataException>(
        () => Network.Load(repository.Served with { Config = new ModelConfig { Layout = TensorLayout.Nhwc } }, 1)).Message, StringComparison.Ordinal);

    [Fact]
    public void Run_BatchFixedAtOne_RunsImageByImage()
    {
        // The drawn graph with its dimension's name replaced by the number 1, as the zoo's exports have it.
        var bytes = File.ReadAllBytes(repository.Served.GraphPath);
        var symbol = new byte[] { 0x0A, 0x07, 0x12, 0x05, (byte)'b', (byte)'a', (byte)'t', (byte)'c', (byte)'h' };
        byte[] one = [0x0A, 0x07, 0x08, 0x81, 0x80, 0x80, 0x80, 0x80, 0x00];

        for (var at = bytes.AsSpan().IndexOf(symbol); at >= 0; at = bytes.AsSpan().IndexOf(symbol))
        {
            one.CopyTo(bytes, at);
        }

        var path = Path.Combine(repository.Folder, "fixed.onnx");
        File.WriteAllBytes(path, bytes);
        using var network = Network.Load(repository.Served with { GraphPath = path }, 1);
        using var images = PixelTensor.Rent(3);
        new Random(5).NextBytes(images.Span);
        float[] expected = new float[3000], actual = new float[3000];

        repository.Network.Run([images], 3, expected);
        network.Run([images], 3, actual);

        Assert.False(network.BatchesInGraph);
        Assert.True(repository.Network.BatchesInGraph);
        Assert.All(Enumerable.Range(0, 3000), i => Assert.Equal(expected[i], actual[i], 4));
    }

    [Theory]
    [InlineData("mobilenetv2")]
    [InlineData("efficientnetv2b0")]
    public async Task Run_ModelBesideTheCheckout_IsTrained(string name)
    {
        var shared = ModelSearchPath.Default(null).Folders[^1];
        Assert.SkipUnless(Directory.Exists(Path.Combine(shared, name)), $"../shared/models has no {name}");
        using var store = new ModelStore(new ModelSearchPath([shared]), mayDownload: false);
        using var network = Network.Load(await store.OpenAsync(name, new Progress<ModelProgress>(), CancellationToken.None), 2);
        using var images = PixelTensor.Rent(2);
        images.Image(0).Clear();
        images.Image(1).Fill(255);
        var probabilities = new float[2000];

        network.Run([images], 2, probabilities);

        Assert.Equal(1, probabilities[..1000].Sum(), 3);
        Assert.NotEqual(probabilities[..1000], probabilities[1000..]);
    }
}
