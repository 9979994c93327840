using InferenceTracing.ModelRepository.Onnx;

namespace InferenceTracing.ModelRepository.Untrained;

/// <summary>MobileNetV2 1.0 (Sandler et al., 2018, table 2) node for node as timm exports it, with random weights.</summary>
internal static class MobileNetV2
{
    /// <summary>ReLU6 leaves half of a unit variance.</summary>
    private const double AfterRelu = 2;

    private static readonly (int Expansion, int Channels, int Blocks, int Stride)[] Stages =
        [(1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)];

    public static OnnxGraph Draw() => Draw(new NetworkDrawing(seed: 1801_04381));

    public static OnnxGraph Draw(NetworkDrawing drawing)
    {
        var graph = drawing.Graph;
        var value = Relu6(graph, drawing.Convolution(OnnxGraph.Input, (3, 32), kernel: 3, stride: 2));
        var (channels, gain) = (32, AfterRelu);

        foreach (var stage in Stages)
        {
            for (var block = 0; block < stage.Blocks; block++)
            {
                var stride = block == 0 ? stage.Stride : 1;
                var next = Block(drawing, value, (channels, stage.Channels), stage.Expansion, stride, gain);
                value = stride == 1 && channels == stage.Channels ? graph.Node("Add", [value, next]) : next;
                (channels, gain) = (stage.Channels, NetworkDrawing.AfterLinear);
            }
        }

        value = Relu6(graph, drawing.Convolution(value, (channels, 1280), kernel: 1));
        return drawing.Classifier(value, 1280, gain: 1);
    }

    private static string Block(NetworkDrawing drawing, string input, (int In, int Out) channels, int expansion, int stride, double gain)
    {
        var graph = drawing.Graph;
        var (value, wide) = (input, channels.In * expansion);

        if (expansion > 1)
        {
            value = Relu6(graph, drawing.Convolution(value, (channels.In, wide), kernel: 1, gain: gain));
            gain = AfterRelu;
        }

        value = Relu6(graph, drawing.Convolution(value, (wide, wide), kernel: 3, stride, groups: wide, gain: gain));
        return drawing.Convolution(value, (wide, channels.Out), kernel: 1, gain: AfterRelu);
    }

    private static string Relu6(OnnxGraph graph, string input) => graph.Node("Clip", [input, Constant(graph, 0), Constant(graph, 6)]);

    private static string Constant(OnnxGraph graph, float value) =>
        graph.Node("Constant", [], null, OnnxGraph.Attribute("value", OnnxGraph.Tensor([value])));
}
