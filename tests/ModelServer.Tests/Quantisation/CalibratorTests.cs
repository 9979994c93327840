using InferenceTracing.ModelRepository;
using InferenceTracing.ModelRepository.Onnx;
using InferenceTracing.ModelServer.Quantisation;
using InferenceTracing.OpenInference;

namespace InferenceTracing.ModelServer.Tests.Quantisation;

public sealed class CalibratorTests
{
    private static readonly ModelConfig Bytes = new() { Scale = 1, Mean = [0, 0, 0], Std = [1, 1, 1] };

    [Fact]
    public void Ranges_TwoPhotographs_AreTheMeansOfTheirExtremes()
    {
        var graph = new FloatGraph(new SmallGraph().Weights("w", [1, -1, 0], 1, 3, 1, 1).Node("Conv", "x w", "c").Node("Sigmoid", "c", "y").Model());
        using var calibrator = new Calibrator(graph, Bytes, new HashSet<string> { "x", "c" });
        using var pixels = PixelTensor.Rent(1);

        // Red minus green: 100 to 200, then -40 to 20.
        Paint(pixels, (200, 100, 7), (220, 20, 7));
        calibrator.Add(pixels.Span);
        Paint(pixels, (10, 50, 9), (30, 10, 9));
        calibrator.Add(pixels.Span);
        var ranges = calibrator.Ranges();

        Assert.Equal(2, calibrator.Photographs);
        Assert.Equal((0, 110), (ranges["c"].Low, ranges["c"].High));
        Assert.Equal((0, (220 + 50) / 2f), (ranges["x"].Low, ranges["x"].High));
    }

    [Theory]
    [InlineData(-1, 1.55, 0.01, 100)]
    [InlineData(0.5, 2.55, 0.01, 0)]
    [InlineData(-2.55, -1, 0.01, 255)]
    [InlineData(0, 0, 1, 0)]
    public void Range_AnyNumbers_HoldsZeroExactly(double low, double high, float scale, byte zeroPoint)
    {
        var range = new ActivationRange(low, high);

        Assert.Equal(scale, range.Scale, 1e-7f);
        Assert.Equal(zeroPoint, range.ZeroPoint);
    }

    [Fact]
    public void Branches_EfficientNetB0_AreItsSixteenGates()
    {
        var model = ModelProto.Parser.ParseFrom(KnownModel.Find("efficientnetb0")!.Architecture!().ToModel("b0", ""));
        var graph = new FloatGraph(model);

        var branches = SqueezeExcite.Branches(graph);

        var expected = new Dictionary<string, int> { ["ReduceMean"] = 16, ["Conv"] = 32, ["Sigmoid"] = 32, ["Mul"] = 16 };
        Assert.Equal(expected.OrderBy(pair => pair.Key), branches.CountBy(node => node.OpType).OrderBy(pair => pair.Key));
        Assert.DoesNotContain(graph.Nodes, node => branches.Contains(node) && new QuantisationPlan(graph).Quantises(node));
    }

    private static void Paint(PixelTensor pixels, (byte Red, byte Green, byte Blue) left, (byte Red, byte Green, byte Blue) right)
    {
        var bytes = pixels.Span;

        for (var i = 0; i < bytes.Length; i += 3)
        {
            (bytes[i], bytes[i + 1], bytes[i + 2]) = i % 2 == 0 ? left : right;
        }
    }
}
