using System.Runtime.InteropServices;
using Google.Protobuf;
using InferenceTracing.ModelRepository.Onnx;
using InferenceTracing.ModelServer.Quantisation;
using Microsoft.ML.OnnxRuntime;

namespace InferenceTracing.ModelServer.Tests.Quantisation;

/// <summary>A graph of a few nodes from <c>x</c> to <c>y</c>, FP32, whose numbers can be followed by hand.</summary>
internal sealed class SmallGraph
{
    private readonly GraphProto _graph = new() { Name = "small", Input = { Value("x") }, Output = { Value("y") } };

    public SmallGraph Node(string type, string inputs, string output, params ReadOnlySpan<AttributeProto> attributes)
    {
        var node = new NodeProto { OpType = type, Name = output, Input = { inputs.Split(' ') }, Output = { output } };

        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        _graph.Node.Add(node);
        return this;
    }

    public SmallGraph Weights(string name, float[] numbers, params ReadOnlySpan<long> shape)
    {
        _graph.Initializer.Add(Tensor(name, numbers, shape));
        return this;
    }

    public static TensorProto Tensor(string name, float[] numbers, params ReadOnlySpan<long> shape)
    {
        var tensor = new TensorProto { Name = name, DataType = TensorProto.Types.DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes<float>(numbers)) };

        foreach (var size in shape)
        {
            tensor.Dims.Add(size);
        }

        return tensor;
    }

    public ModelProto Model(long opset = 13) => new() { IrVersion = 8, Graph = _graph, OpsetImport = { new OperatorSetIdProto { Version = opset } } };

    /// <summary>The quantised graph, with these ranges for what it computes.</summary>
    public ModelProto Quantise(params IEnumerable<(string Tensor, float Low, float High)> ranges)
    {
        var graph = new FloatGraph(Model());
        return QuantisedGraph.Write(graph, new QuantisationPlan(graph), ranges.ToDictionary(range => range.Tensor, range => new ActivationRange(range.Low, range.High)));
    }

    public static float[] Run(ModelProto model, float[] x, params long[] shape)
    {
        using var session = new InferenceSession(model.ToByteArray());
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(x, shape);
        using var outputs = session.Run(options, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }

    private static ValueInfoProto Value(string name) => new()
    {
        Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = TensorProto.Types.DataType.Float } },
    };
}
