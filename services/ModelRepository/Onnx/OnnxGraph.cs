using System.Runtime.InteropServices;

namespace InferenceTracing.ModelRepository.Onnx;

/// <summary>
/// A graph under construction, opset 17: input <c>x</c> FP32 <c>[batch, 3, 224, 224]</c>, output <c>logits</c> FP32 <c>[batch, 1000]</c>.
/// Field numbers are those of onnx/onnx, onnx/onnx.proto.
/// </summary>
public sealed class OnnxGraph
{
    private const int FloatType = 1;

    private readonly ProtobufMessage _graph = new();
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
    internal string Node(string type, IEnumerable<string> inputs, string? output = null, params ReadOnlySpan<ProtobufMessage> attributes)
    {
        var name = $"{type}_{_operators[type] = _operators.GetValueOrDefault(type) + 1}";
        var node = new ProtobufMessage();
        output ??= $"v{_values++}";

        foreach (var input in inputs)
        {
            node.Text(1, input);
        }

        node.Text(2, output).Text(3, name).Text(4, type);

        foreach (var attribute in attributes)
        {
            node.Message(5, attribute);
        }

        _graph.Message(1, node);
        return output;
    }

    /// <summary>Adds a tensor of weights and answers its name.</summary>
    internal string Weights(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        var name = $"w{_values++}";
        StoredParameters += values.Length;
        _graph.Message(5, Tensor(values, shape).Text(8, name));
        return name;
    }

    internal static ProtobufMessage Tensor(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        var tensor = new ProtobufMessage();

        foreach (var dimension in shape)
        {
            tensor.Integer(1, dimension);
        }

        return tensor.Integer(2, FloatType).Bytes(9, MemoryMarshal.AsBytes(values));
    }

    internal static ProtobufMessage Attribute(string name, long value) => new ProtobufMessage().Text(1, name).Integer(3, value).Integer(20, 2);

    internal static ProtobufMessage Attribute(string name, ProtobufMessage tensor) =>
        new ProtobufMessage().Text(1, name).Message(5, tensor).Integer(20, 4);

    internal static ProtobufMessage Attribute(string name, params ReadOnlySpan<int> values)
    {
        var attribute = new ProtobufMessage().Text(1, name);

        foreach (var value in values)
        {
            attribute.Integer(8, value);
        }

        return attribute.Integer(20, 7);
    }

    /// <summary>The file's bytes.</summary>
    internal byte[] ToModel(string name, string description)
    {
        _graph.Text(2, name).Message(11, Value(Input, 3, 224, 224)).Message(12, Value(Output, 1000));

        return new ProtobufMessage()
            .Integer(1, 8)
            .Text(2, "inference-tracing")
            .Text(6, description)
            .Message(7, _graph)
            .Message(8, new ProtobufMessage().Text(1, "").Integer(2, 17))
            .Span.ToArray();
    }

    private static ProtobufMessage Value(string name, params ReadOnlySpan<int> shape)
    {
        var dimensions = new ProtobufMessage().Message(1, new ProtobufMessage().Text(2, "batch"));

        foreach (var dimension in shape)
        {
            dimensions.Message(1, new ProtobufMessage().Integer(1, dimension));
        }

        var tensor = new ProtobufMessage().Integer(1, FloatType).Message(2, dimensions);
        return new ProtobufMessage().Text(1, name).Message(2, new ProtobufMessage().Message(1, tensor));
    }
}
