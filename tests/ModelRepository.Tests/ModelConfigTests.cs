namespace InferenceTracing.ModelRepository.Tests;

public sealed class ModelConfigTests
{
    [Fact]
    public void Read_EveryField_IsTaken()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.json",
            """{"input":"in","output":"out","layout":"NHWC","scale":1,"mean":[1,2,3],"std":[4,5,6],"gives":"probabilities","labels":"names.txt","untrained":true,"sha256":"ab","precision":"int8"}""");

        var config = ModelConfig.Read(path);

        Assert.Equal(("in", "out", TensorLayout.Nhwc, 1f, OutputKind.Probabilities), (config.Input, config.Output, config.Layout, config.Scale, config.Gives));
        Assert.Equal([1, 2, 3], config.Mean);
        Assert.Equal([4, 5, 6], config.Std);
        Assert.Equal(("names.txt", true, "ab", Precision.Int8), (config.Labels, config.Untrained, config.Sha256, config.Precision));
    }

    [Fact]
    public void Read_NothingGiven_IsImageNet()
    {
        using var folder = new TemporaryFolder();

        var config = ModelConfig.Read(folder.Write("config.json", "{}"));

        Assert.Equal((TensorLayout.Nchw, 1f / 255, OutputKind.Logits), (config.Layout, config.Scale, config.Gives));
        Assert.Equal(0.485f, config.Mean[0]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("{\"layout\":\"CHW\"}")]
    [InlineData("{\"layout\":7}")]
    [InlineData("{\"precision\":\"int4\"}")]
    [InlineData("{\"colour\":7}")]
    [InlineData("{\"mean\":[1]}")]
    [InlineData("{\"std\":[1,0,1]}")]
    [InlineData("{\"scale\":0}")]
    [InlineData("{\"labels\":\"../../secret\"}")]
    public void Read_NoConfiguration_IsOneLine(string text)
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("config.json", text);

        var failure = Assert.Throws<InvalidDataException>(() => ModelConfig.Read(path));

        Assert.StartsWith(path, failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Message);
    }
}
