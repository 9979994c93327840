using System.Buffers;
using InferenceTracing.ModelRepository;
using InferenceTracing.OpenInference;
using Microsoft.ML.OnnxRuntime;
using SessionOptions = Microsoft.ML.OnnxRuntime.SessionOptions;

namespace InferenceTracing.Networks;

/// <summary>A loaded graph: bytes in, probabilities out. Its runs may overlap.</summary>
public sealed class Network : IDisposable
{
    private const int WarmUpRuns = 3;

    private readonly InferenceSession _session;
    private readonly RunOptions _runOptions = new();
    private readonly ArenaShrinking _shrinking = new();
    private readonly Normalisation _normalisation;
    private readonly OutputKind _gives;
    private readonly TensorLayout _layout;
    private readonly string[] _inputs;
    private readonly string[] _outputs;

    private Network(InferenceSession session, ModelConfig config, string input, string output)
    {
        _session = session;
        _normalisation = new Normalisation(config);
        _gives = config.Gives;
        _layout = config.Layout;
        _inputs = [input];
        _outputs = [output];

        // The zoo's exports have a batch of exactly one: their images run one after the other.
        BatchesInGraph = session.InputMetadata[input].Dimensions[0] != 1;
    }

    /// <summary>False for a graph whose batch dimension is fixed at 1.</summary>
    public bool BatchesInGraph { get; }

    /// <exception cref="InvalidDataException">The file is no graph that takes such images; one line.</exception>
    public static Network Load(ServedModel model, int threads)
    {
        RuntimeTelemetry.Disable();

        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            ExecutionMode = ExecutionMode.ORT_SEQUENTIAL,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
            LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR,
        };

        // A spinning thread takes the cores of the other services on the machine, and of this one's runners.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");

        InferenceSession session;

        try
        {
            session = new InferenceSession(model.GraphPath, options);
        }
        catch (OnnxRuntimeException failure)
        {
            throw new InvalidDataException($"{model.GraphPath} cannot be loaded: {failure.Message.ReplaceLineEndings(" ")}", failure);
        }

        try
        {
            var input = Pick(model.Config.Input, session.InputMetadata, "input", model.GraphPath);
            var output = Pick(model.Config.Output, session.OutputMetadata, "output", model.GraphPath);
            Check(session.InputMetadata[input], model);
            return new Network(session, model.Config, input, output);
        }
        catch
        {
            session.Dispose();
            throw;
        }
    }

    /// <summary>The first runs allocate and are slow; nobody is to wait for them.</summary>
    public void WarmUp(CancellationToken cancellationToken)
    {
        using var images = PixelTensor.Rent(1);
        images.Span.Fill(127);
        var probabilities = new float[ProbabilitiesOutput.Classes];

        for (var run = 0; run < WarmUpRuns; run++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Run([images], 1, probabilities);
        }
    }

    /// <summary>One batch.</summary>
    /// <param name="batch">Its parts, each with one image or more.</param>
    /// <param name="count">All their images.</param>
    /// <param name="probabilities">Receives <c>[count, 1000]</c>.</param>
    /// <exception cref="OnnxRuntimeException">The run failed.</exception>
    /// <exception cref="InvalidDataException">What the graph gives are no 1,000 finite numbers an image.</exception>
    public void Run(IReadOnlyList<PixelTensor> batch, int count, Span<float> probabilities)
    {
        var floats = ArrayPool<float>.Shared.Rent(count * PixelTensor.BytesPerImage);

        try
        {
            var filled = floats.AsSpan();

            foreach (var images in batch)
            {
                for (var image = 0; image < images.Count; image++)
                {
                    _normalisation.Apply(images.Image(image), filled);
                    filled = filled[PixelTensor.BytesPerImage..];
                }
            }

            var step = BatchesInGraph ? count : 1;

            for (var first = 0; first < count; first += step)
            {
                RunGraph(
                    floats.AsMemory(first * PixelTensor.BytesPerImage, step * PixelTensor.BytesPerImage), step,
                    probabilities.Slice(first * ProbabilitiesOutput.Classes, step * ProbabilitiesOutput.Classes));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(floats);
        }
    }

    public void Dispose()
    {
        _session.Dispose();
        _runOptions.Dispose();
        _shrinking.Dispose();
    }

    private void RunGraph(Memory<float> pixels, int count, Span<float> probabilities)
    {
        long[] shape = _layout == TensorLayout.Nchw
            ? [count, PixelTensor.Channels, PixelTensor.Side, PixelTensor.Side]
            : [count, PixelTensor.Side, PixelTensor.Side, PixelTensor.Channels];

        using var input = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, pixels, shape);
        using var outputs = _session.Run(_shrinking.After(count) ?? _runOptions, _inputs, [input], _outputs);
        var scores = outputs[0].GetTensorDataAsSpan<float>();

        if (scores.Length != probabilities.Length)
        {
            throw new InvalidDataException($"the graph gave {scores.Length} numbers for {count} images instead of {probabilities.Length}");
        }

        scores.CopyTo(probabilities);

        for (var image = 0; image < count; image++)
        {
            var row = probabilities.Slice(image * ProbabilitiesOutput.Classes, ProbabilitiesOutput.Classes);

            if (!(_gives == OutputKind.Logits ? Softmax.TryApply(row) : Softmax.WasApplied(row)))
            {
                throw new InvalidDataException("the graph gave numbers that are none");
            }
        }
    }

    private static string Pick(string? wanted, IReadOnlyDictionary<string, NodeMetadata> there, string what, string path)
    {
        if (wanted is null ? there.Count == 1 : there.ContainsKey(wanted))
        {
            return wanted ?? there.Keys.First();
        }

        throw new InvalidDataException($"{path} has the {what}s {string.Join(", ", there.Keys)}: config.json must name one of them as {what}.");
    }

    private static void Check(NodeMetadata input, ServedModel model)
    {
        int[] wanted = model.Config.Layout == TensorLayout.Nchw
            ? [PixelTensor.Channels, PixelTensor.Side, PixelTensor.Side]
            : [PixelTensor.Side, PixelTensor.Side, PixelTensor.Channels];
        var actual = input.Dimensions;

        if (input.ElementDataType != Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float
            || actual.Length != 4
            || wanted.Where((size, i) => actual[i + 1] != size && actual[i + 1] != -1).Any()
            || actual[0] is not (1 or -1))
        {
            throw new InvalidDataException(
                $"{model.GraphPath} takes {input.ElementDataType} [{string.Join(',', actual)}], not Float [1 or any,{string.Join(',', wanted)}].");
        }
    }
}

/// <summary>
/// Gives back the memory that only large batches needed. ONNX Runtime's arena grows to the largest run there ever was and stays there; a run may be told to
/// shrink it at its end. Done once the runs have been small for a while, because a large one that follows has to ask for all of it again.
/// </summary>
internal sealed class ArenaShrinking : IDisposable
{
    private const int SmallRuns = 32;

    private readonly RunOptions _options = new();
    private readonly Lock _lock = new();
    private int _largest;
    private int _small;

    // https://onnxruntime.ai/docs/get-started/with-c.html, "Memory arena shrinkage": a run configuration entry, device:id.
    public ArenaShrinking() => _options.AddRunConfigEntry("memory.enable_memory_arena_shrinkage", "cpu:0");

    /// <summary>The options of a run of <paramref name="images"/> after which the arena is to shrink; null for all others.</summary>
    public RunOptions? After(int images)
    {
        lock (_lock)
        {
            if (images * 2 > _largest)
            {
                (_largest, _small) = (Math.Max(_largest, images), 0);
                return null;
            }

            if (++_small < SmallRuns)
            {
                return null;
            }

            (_largest, _small) = (images, 0);
            return _options;
        }
    }

    public void Dispose() => _options.Dispose();
}
