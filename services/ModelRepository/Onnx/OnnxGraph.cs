using System.Runtime.InteropServices;
using Google.Protobuf;

namespace InferenceTracing.ModelRepository.Onnx;

/// <summary>
/// A graph under construction, opset 17: input <c>x</c> FP32 <c>[batch, 3, 224, 224]</c>, output <c>logits</c> FP32 <c>[batch, 1000]</c>.
/// </summary>
public sealed class OnnxGraph
{
    private readonly GraphProto _graph = new();
    private readonly SortedDictionary<string, int> _operators = new(StringComparer.Ordinal);
    private int _values;

    /// <summary>Name of the input.</summary>
    public const string Input = "x";

    /// <summary>Name of the output.</summary>
    public const string Output = "logits";

    /// <summary>How many nodes there are of each operator.</summary>
    public IReadOnlyDictionary<string, int> Operators => _operators;

    /// <summary>Numbers in the file's weight and bias tensors.</summary>
    public long StoredParameters { get; private set; }

    /// <summary>Adds a node and answers the name of its output.</summary>
    internal string Node(string type, IEnumerable<string> inputs, string? output = null, params ReadOnlySpan<AttributeProto> attributes)
    {
        output ??= $"v{_values++}";
        var node = new NodeProto { OpType = type, Name = $"{type}_{_operators[type] = _operators.GetValueOrDefault(type) + 1}" };
        node.Input.Add(inputs);
        node.Output.Add(output);

        foreach (var attribute in attributes)
        {
            node.Attribute.Add(attribute);
        }

        _graph.Node.Add(node);
        return output;
    }

    /// <summary>Adds a tensor of weights and answers its name.</summary>
    internal string Weights(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        var tensor = Tensor(values, shape);
        tensor.Name = $"w{_values++}";
        StoredParameters += values.Length;
        _graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    internal static TensorProto Tensor(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        var tensor = new TensorProto { DataType = TensorProto.Types.DataType.Float, RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values)) };

        foreach (var dimension in shape)
        {
            tensor.Dims.Add(dimension);
        }

        return tensor;
    }

    internal static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    internal static AttributeProto Attribute(string name, TensorProto tensor) =>
        new() { Name = name, T = tensor, Type = AttributeProto.Types.AttributeType.Tensor };

    internal static AttributeProto Attribute(string name, params ReadOnlySpan<int> values)
    {
        var attribute = new AttributeProto { Name = name, Type = AttributeProto.Types.AttributeType.Ints };

        foreach (var value in values)
        {
            attribute.Ints.Add(value);
        }

        return attribute;
    }

    /// <summary>The file's bytes.</summary>
    internal byte[] ToModel(string name, string description)
    {
        var graph = _graph.Clone();
        graph.Name = name;
        graph.Input.Add(Value(Input, 3, 224, 224));
        graph.Output.Add(Value(Output, 1000));

        return new ModelProto
        {
            IrVersion = 8,
            ProducerName = "inference-tracing",
            DocString = description,
            Graph = graph,
            OpsetImport = { new OperatorSetIdProto { Version = 17 } },
        }.ToByteArray();
    }

    private static ValueInfoProto Value(string name, params ReadOnlySpan<int> shape)
    {
        var dimensions = new TensorShapeProto { Dim = { new TensorShapeProto.Types.Dimension { DimParam = "batch" } } };

        foreach (var dimension in shape)
        {
            dimensions.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = dimension });
        }

        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = TensorProto.Types.DataType.Float, Shape = dimensions } },
        };
    }
}
