using InferenceTracing.ModelRepository.Onnx;

namespace InferenceTracing.ModelRepository.Untrained;

/// <summary>EfficientNet-B0 (Tan and Le, 2019, table 1) node for node as timm exports it, with random weights.</summary>
internal static class EfficientNetB0
{
    /// <summary>
    /// SiLU leaves a half of a large variance, 0.36 of a unit one and less of a smaller one; found by trial to neither die out nor explode.
    /// The squeeze gate, about one half, leaves a quarter of that.
    /// </summary>
    private const double AfterSilu = 2.2;

    private const double AfterGate = 4 * AfterSilu;

    /// <summary>Keeps the gates near one half however large the activations are.</summary>
    private const double GateGain = 0.05;

    private static readonly (int Expansion, int Channels, int Blocks, int Stride, int Kernel)[] Stages =
    [
        (1, 16, 1, 1, 3), (6, 24, 2, 2, 3), (6, 40, 2, 2, 5), (6, 80, 3, 2, 3), (6, 112, 3, 1, 5), (6, 192, 4, 2, 5), (6, 320, 1, 1, 3),
    ];

    public static OnnxGraph Draw() => Draw(new NetworkDrawing(seed: 1905_11946));

    public static OnnxGraph Draw(NetworkDrawing drawing)
    {
        var graph = drawing.Graph;
        var value = Silu(graph, drawing.Convolution(OnnxGraph.Input, (3, 32), kernel: 3, stride: 2));
        var (channels, gain) = (32, AfterSilu);

        foreach (var stage in Stages)
        {
            for (var block = 0; block < stage.Blocks; block++)
            {
                var stride = block == 0 ? stage.Stride : 1;
                var next = Block(drawing, value, (channels, stage.Channels), stage.Expansion, stage.Kernel, stride, gain);
                value = stride == 1 && channels == stage.Channels ? graph.Node("Add", [next, value]) : next;
                (channels, gain) = (stage.Channels, NetworkDrawing.AfterLinear);
            }
        }

        value = Silu(graph, drawing.Convolution(value, (channels, 1280), kernel: 1));
        return drawing.Classifier(value, 1280, gain: 0.15);
    }

    private static string Block(
        NetworkDrawing drawing, string input, (int In, int Out) channels, int expansion, int kernel, int stride, double gain)
    {
        var graph = drawing.Graph;
        var (value, wide) = (input, channels.In * expansion);

        if (expansion > 1)
        {
            value = Silu(graph, drawing.Convolution(value, (channels.In, wide), kernel: 1, gain: gain));
            gain = AfterSilu;
        }

        value = Silu(graph, drawing.Convolution(value, (wide, wide), kernel, stride, groups: wide, gain: gain));
        value = Squeeze(drawing, value, wide, channels.In / 4);
        return drawing.Convolution(value, (wide, channels.Out), kernel: 1, gain: AfterGate);
    }

    private static string Squeeze(NetworkDrawing drawing, string input, int channels, int reduced)
    {
        var graph = drawing.Graph;
        var mean = graph.Node("ReduceMean", [input], null, OnnxGraph.Attribute("axes", 2, 3), OnnxGraph.Attribute("keepdims", 1L));
        var small = Silu(graph, drawing.Convolution(mean, (channels, reduced), kernel: 1, gain: GateGain, normalised: false));
        var gate = graph.Node("Sigmoid", [drawing.Convolution(small, (reduced, channels), kernel: 1, gain: GateGain, normalised: false)]);
        return graph.Node("Mul", [input, gate]);
    }

    private static string Silu(OnnxGraph graph, string input) => graph.Node("Mul", [input, graph.Node("Sigmoid", [input])]);
}
