using InferenceTracing.ModelRepository.Onnx;

namespace InferenceTracing.ModelRepository.Untrained;

/// <summary>The layers that EfficientNet-B0 and MobileNetV2 share, as their exports have them: batch normalisation folded into the convolution.</summary>
internal sealed class NetworkDrawing
{
    /// <summary>Variance kept after a linear layer.</summary>
    public const double AfterLinear = 1;

    private readonly SeededWeights _weights;

    public NetworkDrawing(ulong seed) => _weights = new SeededWeights(seed);

    public OnnxGraph Graph { get; } = new();

    /// <summary>
    /// The network's parameters as its papers and PyTorch count them: a normalised convolution has a scale and a shift for each channel,
    /// which folding leaves as one bias, so the file holds fewer numbers than this.
    /// </summary>
    public long Parameters => Graph.StoredParameters + FoldedScales;

    private long FoldedScales { get; set; }

    /// <summary>A convolution whose padding keeps the size at stride 1.</summary>
    /// <param name="input">Name of its input.</param>
    /// <param name="channels">Of the input and of the output.</param>
    /// <param name="kernel">Side of the kernel.</param>
    /// <param name="stride">1 or 2.</param>
    /// <param name="groups">1, or all channels: depthwise.</param>
    /// <param name="gain">Makes up for the variance the input's activation has lost.</param>
    /// <param name="normalised">True where batch normalisation was folded in.</param>
    public string Convolution(
        string input, (int In, int Out) channels, int kernel, int stride = 1, int groups = 1, double gain = AfterLinear, bool normalised = true)
    {
        var fanIn = channels.In / groups * kernel * kernel;
        var weight = Graph.Weights(
            _weights.Next(channels.Out * fanIn, fanIn, gain), channels.Out, channels.In / groups, kernel, kernel);
        var bias = Graph.Weights(_weights.Next(channels.Out, channels.Out, 0.01), channels.Out);
        var pad = kernel / 2;

        FoldedScales += normalised ? channels.Out : 0;

        return Graph.Node("Conv", [input, weight, bias], null,
            OnnxGraph.Attribute("dilations", 1, 1),
            OnnxGraph.Attribute("group", (long)groups),
            OnnxGraph.Attribute("kernel_shape", kernel, kernel),
            OnnxGraph.Attribute("pads", pad, pad, pad, pad),
            OnnxGraph.Attribute("strides", stride, stride));
    }

    /// <summary>Pooling and the 1,000 logits; the gain is such that they spread by about 1.5, which makes some classes likelier but none certain.</summary>
    public OnnxGraph Classifier(string input, int channels, double gain)
    {
        var pooled = Graph.Node("Flatten", [Graph.Node("GlobalAveragePool", [input])], null, OnnxGraph.Attribute("axis", 1L));
        var weight = Graph.Weights(_weights.Next(1000 * channels, channels, gain), 1000, channels);
        var bias = Graph.Weights(_weights.Next(1000, 1000, 0.01), 1000);
        Graph.Node("Gemm", [pooled, weight, bias], OnnxGraph.Output, OnnxGraph.Attribute("transB", 1L));
        return Graph;
    }
}
