using System.Numerics.Tensors;
using Google.Protobuf;
using InferenceTracing.ModelRepository;
using InferenceTracing.ModelRepository.Onnx;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace InferenceTracing.ModelServer.Quantisation;

/// <summary>
/// Runs photographs through a graph and notes between what each tensor lies. Its range is the mean of every photograph's least and the mean of every
/// photograph's largest number: the extremes of all of them grow with each photograph, until the steps are too coarse for the rest.
/// </summary>
internal sealed class Calibrator : IDisposable
{
    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly Normalisation _normalisation;
    private readonly string _input;
    private readonly string[] _outputs;
    private readonly long[] _shape;
    private readonly float[] _pixels = new float[PixelTensor.BytesPerImage];
    private readonly Dictionary<string, Sums> _sums;

    /// <param name="graph">The graph.</param>
    /// <param name="config">What it wants.</param>
    /// <param name="tensors">The tensors to look at.</param>
    public Calibrator(FloatGraph graph, ModelConfig config, IReadOnlySet<string> tensors)
    {
        _input = config.Input ?? graph.Model.Graph.Input.Select(input => input.Name).First(graph.IsActivation);
        _outputs = [.. tensors.Where(tensor => tensor != _input)];
        _sums = tensors.ToDictionary(tensor => tensor, _ => new Sums());
        _normalisation = new Normalisation(config);
        _shape = config.Layout == TensorLayout.Nchw
            ? [1, PixelTensor.Channels, PixelTensor.Side, PixelTensor.Side]
            : [1, PixelTensor.Side, PixelTensor.Side, PixelTensor.Channels];

        using var options = new SessionOptions
        {
            // A tensor that was optimised away could not be looked at.
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };
        _session = new InferenceSession(Open(graph, _outputs).ToByteArray(), options);
    }

    /// <summary>Photographs so far.</summary>
    public int Photographs { get; private set; }

    /// <summary>Notes what one photograph does.</summary>
    public void Add(ReadOnlySpan<byte> photograph)
    {
        _normalisation.Apply(photograph, _pixels);
        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, _pixels.AsMemory(), _shape);
        using var outputs = _session.Run(_runOptions, [_input], [input], _outputs);

        for (var i = 0; i < _outputs.Length; i++)
        {
            _sums[_outputs[i]].Add(outputs[i].GetTensorDataAsSpan<float>(), outputs[i].GetTensorTypeAndShape().Shape);
        }

        if (_sums.TryGetValue(_input, out var sums))
        {
            sums.Add(_pixels, _shape);
        }

        Photographs++;
    }

    /// <summary>The range of each tensor.</summary>
    public IReadOnlyDictionary<string, ActivationRange> Ranges() => _sums.ToDictionary(
        sum => sum.Key,
        sum => new ActivationRange(sum.Value.Low / Photographs, sum.Value.High / Photographs) { Means = [.. sum.Value.Means.Select(mean => mean / Photographs)] });

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
    }

    /// <summary>The graph with all those tensors among its outputs.</summary>
    private static ModelProto Open(FloatGraph graph, IEnumerable<string> tensors)
    {
        var open = graph.Model.Clone();
        open.Graph.Output.Add(tensors.Where(tensor => tensor != graph.Output).Select(tensor => new ValueInfoProto
        {
            Name = tensor,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = TensorProto.Types.DataType.Float } },
        }));
        return open;
    }

    /// <summary>Of one tensor over all photographs.</summary>
    private sealed class Sums
    {
        public double Low { get; private set; }

        public double High { get; private set; }

        public double[] Means { get; private set; } = [];

        /// <param name="numbers">One photograph's.</param>
        /// <param name="shape">The second dimension is the channel, as in every tensor that a convolution or a matrix reads.</param>
        public void Add(ReadOnlySpan<float> numbers, long[] shape)
        {
            Low += TensorPrimitives.Min(numbers);
            High += TensorPrimitives.Max(numbers);

            if (shape.Length < 2)
            {
                return;
            }

            var channels = (int)shape[1];
            var size = numbers.Length / channels;
            Means = Means.Length == 0 ? new double[channels] : Means;

            for (var channel = 0; channel < channels; channel++)
            {
                Means[channel] += TensorPrimitives.Sum(numbers.Slice(channel * size, size)) / size;
            }
        }
    }
}
