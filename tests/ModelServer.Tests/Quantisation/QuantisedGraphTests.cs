using InferenceTracing.ModelRepository.Onnx;
using InferenceTracing.ModelServer.Quantisation;
using DataType = InferenceTracing.ModelRepository.Onnx.TensorProto.Types.DataType;

namespace InferenceTracing.ModelServer.Tests.Quantisation;

public sealed class QuantisedGraphTests
{
    // Two inputs, two outputs; the second channel's weights are a hundred times smaller than the first's.
    private static SmallGraph Convolution => new SmallGraph()
        .Weights("w", [1.27f, 0.504f, -0.0127f, 0.0064f], 2, 2, 1, 1)
        .Weights("b", [0.1f, -0.02f], 2)
        .Node("Conv", "x w b", "y");

    [Fact]
    public void Write_Convolution_AnswersWhatTheStepsSay()
    {
        // Steps of 0.01 from -0.55 to 2.00: 1.234 is 1.23, -0.127 is -0.13.
        var quantised = Convolution.Quantise(("x", -0.55f, 2));

        var answer = SmallGraph.Run(quantised, [1.234f, -0.127f], 1, 2, 1, 1);

        // Weights are 127 and 50 steps of 0.01, and -127 and 64 steps of 0.0001; biases whole steps of those times 0.01.
        Assert.Equal((1.23 * 1.27) + (-0.13 * 0.50) + 0.1, answer[0], 4);
        Assert.Equal((1.23 * -0.0127) + (-0.13 * 0.0064) - 0.02, answer[1], 5);
    }

    [Fact]
    public void Write_OutOfRange_IsCutOff()
    {
        var answer = SmallGraph.Run(Convolution.Quantise(("x", -0.55f, 2)), [9, -9], 1, 2, 1, 1);

        Assert.Equal((2 * 1.27) + (-0.55 * 0.50) + 0.1, answer[0], 4);
    }

    [Fact]
    public void Write_Convolution_StoresAScaleForEachChannel()
    {
        var quantised = Convolution.Quantise(("x", -0.55f, 2)).Graph;

        var convolution = quantised.Node.Single(node => node.OpType == "Conv");
        var weights = quantised.Node.Single(node => node.Output[0] == convolution.Input[1]);
        var bias = quantised.Node.Single(node => node.Output[0] == convolution.Input[2]);
        Assert.Equal(("DequantizeLinear", "DequantizeLinear"), (weights.OpType, bias.OpType));
        Assert.Equal((DataType.Int8, DataType.Int32), (Stored(quantised, weights.Input[0]).DataType, Stored(quantised, bias.Input[0]).DataType));
        Assert.Equal([2L], Stored(quantised, weights.Input[1]).Dims);
        Assert.Equal(0, weights.Attribute.Single(attribute => attribute.Name == "axis").I);
        Assert.Equal([0.01f, 0.0001f], ChannelWeights.NumbersOf(Stored(quantised, weights.Input[1])), (a, b) => Math.Abs(a - b) < 1e-7f);
        Assert.DoesNotContain(quantised.Initializer, tensor => tensor.Name is "w" or "b");
    }

    [Fact]
    public void Write_ChannelWithoutWeights_KeepsItsBias()
    {
        var graph = new SmallGraph().Weights("w", [0, 0, 1, 1], 2, 2, 1, 1).Weights("b", [-3, 0.5f], 2).Node("Conv", "x w b", "y");

        var answer = SmallGraph.Run(graph.Quantise(("x", 0, 2.55f)), [1, 1], 1, 2, 1, 1);

        Assert.Equal(-3, answer[0], 3);
        Assert.Equal(2.5, answer[1], 1);
    }

    [Theory]
    [InlineData(1, 2, new[] { 1.0, 10 }, 1200, 1000)]
    [InlineData(2, 1, new[] { 1.0, 10 }, 1040, 1400)]
    public void Of_MeansOfTheInput_PutIntoTheBiasWhatRoundingTook(int groups, int inputs, double[] means, int first, int second)
    {
        // One convolution over both inputs, of which rounding takes 0.002 × 10; then one for each input, of which it takes 0.004 × 1 and 0.004 × 10.
        float[] numbers = groups == 1 ? [1.27f, 0.502f, 1.27f, 0.5f] : [1.27f, 0.504f, 1.27f, 0.504f];
        var weights = SmallGraph.Tensor("w", numbers, 2, inputs, 1, groups);

        var quantised = ChannelWeights.Of(weights, 0, SmallGraph.Tensor("b", [0.1f, 0.1f], 2), new ActivationRange(-0.55, 2) { Means = means });

        Assert.Equal([(sbyte)127, (sbyte)50, (sbyte)127, (sbyte)50], quantised.Values);
        Assert.Equal([first, second], quantised.Biases);
    }

    [Fact]
    public void Write_LimitBehindAConvolution_IsItsRange()
    {
        var graph = new SmallGraph()
            .Weights("w", [1, 0, 0, 1], 2, 2, 1, 1).Weights("zero", [0]).Weights("six", [6])
            .Node("Conv", "x w", "c").Node("Clip", "c zero six", "limited").Node("Conv", "limited w", "y");

        var quantised = graph.Quantise(("x", -10, 10), ("limited", 0, 6));

        Assert.DoesNotContain(quantised.Graph.Node, node => node.OpType == "Clip");
        Assert.Equal([0f, 6f], SmallGraph.Run(quantised, [-4, 9], 1, 2, 1, 1), (a, b) => Math.Abs(a - b) < 0.05);
    }

    [Theory]
    [InlineData(1, 6)]
    [InlineData(-6, -1)]
    public void Write_LimitBeyondZero_Stays(float low, float high)
    {
        var graph = new SmallGraph()
            .Weights("w", [1], 1, 1, 1, 1).Weights("low", [low]).Weights("high", [high])
            .Node("Conv", "x w", "c").Node("Clip", "c low high", "limited").Node("Conv", "limited w", "y");

        var quantised = graph.Quantise(("x", -10, 10), ("c", -10, 10), ("limited", low, high));

        Assert.Equal(low > 0 ? low : high, Assert.Single(SmallGraph.Run(quantised, [0], 1, 1, 1, 1)), 0.1f);
    }

    [Fact]
    public void Plan_ConstantsAndLogits_StayInFloat()
    {
        var graph = new FloatGraph(new SmallGraph()
            .Weights("s", [2]).Weights("w", [1], 1, 1, 1, 1).Weights("m", [1, 2], 2, 1)
            .Node("Mul", "x s", "scaled").Node("Conv", "scaled w", "c").Node("GlobalAveragePool", "c", "p").Node("Flatten", "p", "f")
            .Node("Gemm", "f m", "y", OnnxGraph.Attribute("transB", 1L)).Model());

        var plan = new QuantisationPlan(graph);

        Assert.Equal(["c", "f", "p", "scaled"], plan.Activations.Order(StringComparer.Ordinal));
        Assert.Equal(["Conv", "GlobalAveragePool", "Gemm"], graph.Nodes.Where(plan.Quantises).Select(node => node.OpType));
    }

    [Theory]
    [InlineData(12, "older than opset 13")]
    [InlineData(13, "no convolution and no matrix")]
    public void Plan_GraphThatCannotBeQuantised_SaysWhy(long opset, string why)
    {
        var model = new SmallGraph().Node("Sigmoid", "x", "y").Model(opset);

        var refusal = Assert.Throws<InvalidDataException>(() => new QuantisationPlan(new FloatGraph(model)));

        Assert.Contains(why, refusal.Message, StringComparison.Ordinal);
    }

    private static TensorProto Stored(GraphProto graph, string name) => graph.Initializer.Single(tensor => tensor.Name == name);
}
