using InferenceTracing.ModelRepository.Onnx;
using InferenceTracing.ModelRepository.Untrained;
using Microsoft.ML.OnnxRuntime;

namespace InferenceTracing.ModelRepository.Tests;

public sealed class UntrainedTests
{
    [Fact]
    public void Draw_EfficientNetB0_HasTheOperatorsAndParametersOfTheExport()
    {
        var drawing = new NetworkDrawing(1);

        var graph = EfficientNetB0.Draw(drawing);

        Assert.Equal(
            "Add 9, Conv 81, Flatten 1, Gemm 1, GlobalAveragePool 1, Mul 65, ReduceMean 16, Sigmoid 65", Describe(graph));
        Assert.Equal(5_288_548, drawing.Parameters);
        Assert.Equal(5_267_540, graph.StoredParameters);
    }

    [Fact]
    public void Draw_MobileNetV2_HasTheOperatorsAndParametersOfTheExport()
    {
        var drawing = new NetworkDrawing(1);

        var graph = MobileNetV2.Draw(drawing);

        Assert.Equal("Add 10, Clip 35, Constant 70, Conv 52, Flatten 1, Gemm 1, GlobalAveragePool 1", Describe(graph));
        Assert.Equal(3_504_872, drawing.Parameters);
        Assert.Equal(3_487_816, graph.StoredParameters);
    }

    [Theory]
    [InlineData("efficientnetb0")]
    [InlineData("mobilenetv2")]
    public void Draw_Twice_IsTheSameFile(string name)
    {
        var draw = KnownModel.Find(name)!.Architecture!;

        Assert.True(draw().ToModel(name, "").AsSpan().SequenceEqual(draw().ToModel(name, "")));
    }

    [Theory]
    [InlineData("efficientnetb0")]
    [InlineData("mobilenetv2")]
    public void Run_ThreeImages_GivesFiniteLogitsThatDifferAndSpread(string name)
    {
        using var session = new InferenceSession(KnownModel.Find(name)!.Architecture!().ToModel(name, ""));
        var pixels = new float[3 * 3 * 224 * 224];
        var random = new Random(7);

        for (var i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (float)(random.NextDouble() * 4 - 2) * (i < pixels.Length / 3 ? 1 : 0.3f);
        }

        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [3, 3, 224, 224]);
        using var options = new RunOptions();
        using var outputs = session.Run(options, [OnnxGraph.Input], [input], [OnnxGraph.Output]);
        var logits = outputs[0].GetTensorDataAsSpan<float>().ToArray();

        Assert.Equal([3, 1000], outputs[0].GetTensorTypeAndShape().Shape);
        Assert.All(logits, logit => Assert.True(float.IsFinite(logit)));
        Assert.NotEqual(logits[..1000], logits[1000..2000]);
        var deviation = Math.Sqrt(logits.Select(logit => logit * logit).Average());
        TestContext.Current.TestOutputHelper!.WriteLine($"{name}: logits deviate by {deviation:0.00}");
        Assert.InRange(deviation, 0.5, 5);
    }

    private static string Describe(OnnxGraph graph) => string.Join(", ", graph.Operators.Select(count => $"{count.Key} {count.Value}"));
}
