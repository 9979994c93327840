using InferenceTracing.ModelRepository.Onnx;
using InferenceTracing.Networks;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>A trained graph whose tensors are looked up by name: who computes one, who reads it, and which are weights.</summary>
internal sealed class FloatGraph
{
    // From this one on a scale may differ from channel to channel (onnx/onnx, docs/Operators.md, DequantizeLinear).
    private const long OldestOpset = 13;

    private readonly Dictionary<string, NodeProto> _producers = [];
    private readonly Dictionary<string, List<NodeProto>> _readers = [];
    private readonly Dictionary<string, TensorProto> _weights;

    /// <exception cref="InvalidDataException">The graph's operators are too old; one line.</exception>
    public FloatGraph(ModelProto model)
    {
        Model = model;
        _weights = model.Graph.Initializer.ToDictionary(tensor => tensor.Name);
        Output = model.Graph.Output[0].Name;

        if (model.OpsetImport.FirstOrDefault(set => set.Domain is "" or "ai.onnx")?.Version is not >= OldestOpset)
        {
            throw new InvalidDataException($"the graph is older than opset {OldestOpset}, the first in which weights have a scale for each channel.");
        }

        foreach (var node in model.Graph.Node)
        {
            foreach (var output in node.Output)
            {
                _producers[output] = node;
            }

            foreach (var input in node.Input.Where(input => input.Length > 0))
            {
                (_readers.TryGetValue(input, out var readers) ? readers : _readers[input] = []).Add(node);
            }
        }
    }

    public ModelProto Model { get; }

    /// <summary>Name of what the graph answers.</summary>
    public string Output { get; }

    public IReadOnlyList<NodeProto> Nodes => Model.Graph.Node;

    /// <summary>Reads a graph after ONNX Runtime has taken out what is constant: batch normalisation becomes part of its convolution.</summary>
    /// <param name="path">The graph.</param>
    /// <param name="workplace">A folder for the simpler one.</param>
    /// <exception cref="OnnxRuntimeException">It cannot be loaded.</exception>
    /// <exception cref="InvalidDataException">Its operators are too old.</exception>
    public static FloatGraph Load(string path, string workplace)
    {
        RuntimeTelemetry.Disable();
        var simpler = Path.Combine(workplace, "simpler.onnx");

        using (var options = new SessionOptions
        {
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_BASIC,
            OptimizedModelFilePath = simpler,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        })
        {
            new InferenceSession(path, options).Dispose();
        }

        return new FloatGraph(ModelProto.Parser.ParseFrom(File.ReadAllBytes(simpler)));
    }

    /// <summary>The node that computes a tensor; null for an input of the graph and for weights.</summary>
    public NodeProto? ProducerOf(string tensor) => _producers.GetValueOrDefault(tensor);

    public IReadOnlyList<NodeProto> ReadersOf(string tensor) => _readers.GetValueOrDefault(tensor) ?? [];

    /// <summary>The numbers of a weight tensor; null for what is computed.</summary>
    public TensorProto? WeightsOf(string tensor) => _weights.GetValueOrDefault(tensor);

    /// <summary>True for what is computed, or comes in.</summary>
    public bool IsActivation(string tensor) => tensor.Length > 0 && !_weights.ContainsKey(tensor);
}
