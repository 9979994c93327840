using System.Runtime.InteropServices;
using Google.Protobuf;
using InferenceTracing.ModelRepository.Onnx;
using DataType = InferenceTracing.ModelRepository.Onnx.TensorProto.Types.DataType;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>
/// Writes a graph in QDQ form: every quantised tensor goes through QuantizeLinear and DequantizeLinear, weights are stored as int8 behind a DequantizeLinear,
/// and the nodes in between are the old ones, which ONNX Runtime replaces by its int8 kernels
/// (onnxruntime.ai/docs/performance/model-optimizations/quantization.html). Activations are unsigned, weights signed and symmetric: what processors
/// multiply fastest.
/// </summary>
internal sealed class QuantisedGraph
{
    private readonly FloatGraph _graph;
    private readonly QuantisationPlan _plan;
    private readonly IReadOnlyDictionary<string, ActivationRange> _ranges;
    private readonly List<NodeProto> _nodes = [];
    private readonly List<TensorProto> _weights = [];

    private QuantisedGraph(FloatGraph graph, QuantisationPlan plan, IReadOnlyDictionary<string, ActivationRange> ranges) =>
        (_graph, _plan, _ranges) = (graph, plan, ranges);

    /// <exception cref="InvalidDataException">Weights are not what they must be.</exception>
    public static ModelProto Write(FloatGraph graph, QuantisationPlan plan, IReadOnlyDictionary<string, ActivationRange> ranges) =>
        new QuantisedGraph(graph, plan, ranges).Write();

    private ModelProto Write()
    {
        foreach (var input in _graph.Model.Graph.Input.Where(input => _ranges.ContainsKey(input.Name)))
        {
            AddQuantisation(input.Name);
        }

        foreach (var node in _graph.Nodes.Where(node => !_plan.Folds(node)))
        {
            Add(node);
        }

        var model = _graph.Model.Clone();
        var read = _nodes.SelectMany(node => node.Input).ToHashSet();
        List<TensorProto> kept = [.. model.Graph.Initializer.Where(tensor => read.Contains(tensor.Name))];
        List<ValueInfoProto> inputs = [.. model.Graph.Input.Where(input => _graph.IsActivation(input.Name))];

        model.ProducerName = "inference-tracing";
        model.Graph.Node.Clear();
        model.Graph.Node.Add(_nodes);
        model.Graph.Initializer.Clear();
        model.Graph.Initializer.Add(kept.Concat(_weights));
        model.Graph.Input.Clear();
        model.Graph.Input.Add(inputs);
        model.Graph.ValueInfo.Clear();
        return model;
    }

    private void Add(NodeProto original)
    {
        var node = original.Clone();

        for (var i = 0; i < node.Input.Count; i++)
        {
            if (_ranges.ContainsKey(node.Input[i]))
            {
                node.Input[i] = Dequantised(node.Input[i]);
            }
        }

        if (_plan.Quantises(original))
        {
            node.Output[0] = _plan.OutputOf(original);

            if (node.OpType is "Conv" or "Gemm")
            {
                AddWeights(original, node);
            }
        }

        _nodes.Add(node);

        foreach (var output in node.Output.Where(_ranges.ContainsKey))
        {
            AddQuantisation(output);
        }
    }

    private void AddQuantisation(string tensor)
    {
        var range = _ranges[tensor];
        string[] steps = [Store(tensor + ":scale", DataType.Float, [range.Scale], []), Store(tensor + ":zero", DataType.Uint8, [range.ZeroPoint], [])];
        AddNode("QuantizeLinear", [tensor, .. steps], tensor + ":quantised");
        AddNode("DequantizeLinear", [tensor + ":quantised", .. steps], Dequantised(tensor));
    }

    private void AddWeights(NodeProto original, NodeProto node)
    {
        var weights = _graph.WeightsOf(original.Input[1])!;
        var bias = original.Input.Count > 2 ? _graph.WeightsOf(original.Input[2]) : null;
        var axis = original.OpType == "Gemm" && QuantisationPlan.Whole(original, "transB") == 0 ? 1 : 0;
        var quantised = ChannelWeights.Of(weights, axis, bias, _ranges[original.Input[0]]);
        var name = node.Output[0];

        node.Input[1] = AddDequantised(name + ":weight", DataType.Int8, quantised.Values, quantised.Scales, weights.Dims, axis);

        if (bias is not null)
        {
            node.Input[2] = AddDequantised(name + ":bias", DataType.Int32, quantised.Biases, quantised.BiasScales, bias.Dims, axis: 0);
        }
    }

    /// <summary>Stores whole numbers with a scale for each channel, and answers the name under which they are numbers again.</summary>
    private string AddDequantised<T>(string name, DataType type, T[] values, float[] scales, IEnumerable<long> shape, int axis)
        where T : unmanaged
    {
        var node = AddNode(
            "DequantizeLinear",
            [
                Store(name, type, values, shape),
                Store(name + ":scale", DataType.Float, scales, [scales.Length]),
                Store(name + ":zero", type, new T[scales.Length], [scales.Length]),
            ],
            Dequantised(name));
        node.Attribute.Add(OnnxGraph.Attribute("axis", (long)axis));
        return node.Output[0];
    }

    private NodeProto AddNode(string type, IEnumerable<string> inputs, string output)
    {
        var node = new NodeProto { OpType = type, Name = $"{output}:{type}", Output = { output } };
        node.Input.Add(inputs);
        _nodes.Add(node);
        return node;
    }

    private string Store<T>(string name, DataType type, T[] values, IEnumerable<long> shape)
        where T : unmanaged
    {
        var tensor = new TensorProto { Name = name, DataType = type, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<T>(values)) };
        tensor.Dims.Add(shape);
        _weights.Add(tensor);
        return name;
    }

    private static string Dequantised(string tensor) => tensor + ":dequantised";
}
