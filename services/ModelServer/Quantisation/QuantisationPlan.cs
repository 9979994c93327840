using InferenceTracing.ModelRepository.Onnx;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>
/// Which nodes compute in int8, and so which tensors are to be quantised. In floating point stay the logits, the branches of <see cref="SqueezeExcite"/>, and
/// what adds or multiplies constants, such as a normalisation of the input.
/// </summary>
internal sealed class QuantisationPlan
{
    // Those for which ONNX Runtime has a kernel in int8.
    private static readonly string[] Operators = ["Conv", "Gemm", "Add", "Mul", "Sigmoid", "GlobalAveragePool"];

    private readonly HashSet<NodeProto> _nodes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<NodeProto, NodeProto> _limits = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<NodeProto> _folded = new(ReferenceEqualityComparer.Instance);
    private readonly HashSet<string> _activations = [];

    /// <exception cref="InvalidDataException">There is nothing in the graph that could be quantised.</exception>
    public QuantisationPlan(FloatGraph graph)
    {
        var inFloat = SqueezeExcite.Branches(graph);

        foreach (var node in graph.Nodes.Where(node => !inFloat.Contains(node) && CanBeQuantised(graph, node)))
        {
            _nodes.Add(node);
            _activations.UnionWith(node.Input.Where(graph.IsActivation));

            if (LimitOf(graph, node) is { } limit)
            {
                _limits.Add(node, limit);
                _folded.Add(limit);
            }

            if (OutputOf(node) is var output && output != graph.Output)
            {
                _activations.Add(output);
            }
        }

        if (!_nodes.Any(node => node.OpType is "Conv" or "Gemm"))
        {
            throw new InvalidDataException("the graph has no convolution and no matrix whose weights could be quantised.");
        }
    }

    /// <summary>The tensors that are computed and quantised.</summary>
    public IReadOnlySet<string> Activations => _activations;

    /// <summary>True for a node whose weights and inputs become int8.</summary>
    public bool Quantises(NodeProto node) => _nodes.Contains(node);

    /// <summary>True for a limit that is no node any more: the range of what it limits says the same.</summary>
    public bool Folds(NodeProto node) => _folded.Contains(node);

    /// <summary>What the node computes, or its limit where that was folded into it.</summary>
    public string OutputOf(NodeProto node) => (_limits.GetValueOrDefault(node) ?? node).Output[0];

    private static bool CanBeQuantised(FloatGraph graph, NodeProto node) => Operators.Contains(node.OpType) && node.OpType switch
    {
        "Conv" => HasWeights(graph, node),
        "Gemm" => HasWeights(graph, node) && Number(node, "alpha", 1) == 1 && Number(node, "beta", 1) == 1 && Whole(node, "transA") == 0,
        _ => node.Input.All(graph.IsActivation),
    };

    private static bool HasWeights(FloatGraph graph, NodeProto node) => graph.IsActivation(node.Input[0]) && node.Input.Skip(1).All(
        weights => weights.Length == 0 || graph.WeightsOf(weights) is { DataType: TensorProto.Types.DataType.Float });

    private static NodeProto? LimitOf(FloatGraph graph, NodeProto node) =>
        graph.ReadersOf(node.Output[0]) is [var reader] && node.Output[0] != graph.Output && reader.Output[0] != graph.Output && IsLimit(graph, reader)
            ? reader
            : null;

    /// <summary>True for what cuts off at both sides of 0: no number of its output lies outside, and so none of the tensor's range.</summary>
    private static bool IsLimit(FloatGraph graph, NodeProto node) => node.OpType switch
    {
        "Relu" => true,
        "Clip" => Bound(graph, node, 1, float.NegativeInfinity) <= 0 && Bound(graph, node, 2, float.PositiveInfinity) >= 0,
        _ => false,
    };

    private static float Bound(FloatGraph graph, NodeProto clip, int input, float none) =>
        clip.Input.ElementAtOrDefault(input) is not { Length: > 0 } name ? none
        : graph.WeightsOf(name) is { } weights && ChannelWeights.NumbersOf(weights) is [var bound] ? bound
        : float.NaN;

    private static float Number(NodeProto node, string attribute, float otherwise) => Find(node, attribute)?.F ?? otherwise;

    /// <summary>A whole number among the node's attributes; 0 where it is not given.</summary>
    public static long Whole(NodeProto node, string attribute) => Find(node, attribute)?.I ?? 0;

    private static AttributeProto? Find(NodeProto node, string attribute) => node.Attribute.FirstOrDefault(each => each.Name == attribute);
}
