using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using InferenceTracing.OpenInference.Wire;

namespace InferenceTracing.OpenInference.Server;

/// <summary>How the protocol's documents are written: snake case, and what is not there is left out. The gRPC messages are the same documents.</summary>
internal static class Document
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };
}

/// <summary>v2's error body.</summary>
internal sealed record ErrorBody(string Error);

/// <summary>What <c>GET /v2</c> answers.</summary>
internal sealed record ServerDescription(string Name, string Version, IReadOnlyList<string> Extensions)
{
    private static readonly string[] Always = ["binary_tensor_data", "classification", "model_configuration", "statistics"];

    public static ServerDescription Of(OpenInferenceOptions options, string version) =>
        new("inference-tracing", version, options.RepositoryControl ? [.. Always, "model_repository"] : Always);
}

/// <summary>Liveness and readiness: the specification's text prints <c>live</c> for both, its implementations <c>ready</c>.</summary>
internal sealed record ServerState(bool Live, bool? Ready = null);

/// <summary>What <c>GET /v2/models/{m}/ready</c> answers.</summary>
internal sealed record ModelState(string Name, bool Ready);

/// <summary>What <c>GET /v2/models/{m}</c> answers.</summary>
internal sealed record ModelDescription(
    string Name,
    IReadOnlyList<string> Versions,
    string Platform,
    IReadOnlyList<TensorDescription> Inputs,
    IReadOnlyList<TensorDescription> Outputs,
    ModelParameters Parameters)
{
    public static ModelDescription Of(ModelMetadata model) => new(
        model.Name,
        [model.Version],
        model.Platform,
        [new(PixelTensor.InputName, "UINT8", [-1, PixelTensor.Side, PixelTensor.Side, PixelTensor.Channels], Labels: null)],
        [new(ProbabilitiesOutput.Name, "FP32", [-1, ProbabilitiesOutput.Classes], model.Labels)],
        new ModelParameters(InputForm.Datatypes, InputForm.Layouts, model.Untrained ? true : null, model.Precision));
}

/// <summary>A tensor of a model; -1 stands for any number of images. An output says what its classes are called, which an ensemble learns from here.</summary>
internal sealed record TensorDescription(string Name, string Datatype, IReadOnlyList<int> Shape, IReadOnlyList<string>? Labels);

/// <summary>What a caller should know of a model beyond the specification.</summary>
/// <param name="InputDatatypes">What the input may be sent as; the first is the one of the description.</param>
/// <param name="InputLayouts">In which orders of dimensions.</param>
/// <param name="Untrained">True for random weights, else left out.</param>
/// <param name="Precision">What its weights are, <c>float32</c> or <c>int8</c>; left out where it is no network.</param>
internal sealed record ModelParameters(string InputDatatypes, string InputLayouts, bool? Untrained, string? Precision);

/// <summary>What <c>GET /v2/models/{m}/config</c> answers: Triton's model configuration (docs/protocol/extension_model_configuration.md), as far as it applies.</summary>
/// <param name="MaxBatchSize">Most images of a request.</param>
internal sealed record ModelConfiguration(
    string Name,
    string Platform,
    int MaxBatchSize,
    IReadOnlyList<ConfiguredTensor> Input,
    IReadOnlyList<ConfiguredTensor> Output,
    IReadOnlyDictionary<string, ConfiguredParameter> Parameters)
{
    public static ModelConfiguration Of(ModelMetadata model, int maxBatch) => new(
        model.Name,
        model.Platform,
        maxBatch,
        [new(PixelTensor.InputName, "TYPE_UINT8", "FORMAT_NHWC", [PixelTensor.Side, PixelTensor.Side, PixelTensor.Channels])],
        [new(ProbabilitiesOutput.Name, "TYPE_FP32", Format: null, [ProbabilitiesOutput.Classes])],
        new Dictionary<string, ConfiguredParameter>
        {
            ["input_datatypes"] = new(InputForm.Datatypes),
            ["input_layouts"] = new(InputForm.Layouts),
            ["untrained"] = new(model.Untrained.ToString(CultureInfo.InvariantCulture).ToLowerInvariant()),
        });
}

/// <summary>A tensor of a configuration, without the dimension of the batch.</summary>
internal sealed record ConfiguredTensor(string Name, string DataType, string? Format, IReadOnlyList<int> Dims);

/// <summary>A parameter of a configuration, always a text.</summary>
internal sealed record ConfiguredParameter(string StringValue);

/// <summary>One line of what <c>POST /v2/repository/index</c> answers.</summary>
/// <param name="State"><c>READY</c> or <c>UNAVAILABLE</c>.</param>
/// <param name="Reason">Why it is not ready; empty where it is.</param>
internal sealed record RepositoryEntry(string Name, string Version, string State, string Reason);

/// <summary>How often, and nanoseconds in all.</summary>
internal sealed record Figure(long Count, long Ns);

/// <summary>Of requests.</summary>
internal sealed record RequestFigures(Figure Success, Figure Fail, Figure Queue, Figure ComputeInput, Figure ComputeInfer, Figure ComputeOutput);

/// <summary>Of runs with so many images.</summary>
internal sealed record RunFigures(int BatchSize, Figure ComputeInput, Figure ComputeInfer, Figure ComputeOutput);

/// <summary>Of a model.</summary>
/// <param name="LastInference">Milliseconds since 1970; 0 where there was none.</param>
/// <param name="InferenceCount">Images.</param>
/// <param name="ExecutionCount">Runs.</param>
internal sealed record ModelFigures(
    string Name, string Version, long LastInference, long InferenceCount, long ExecutionCount, RequestFigures InferenceStats, IReadOnlyList<RunFigures> BatchStats);

/// <summary>What <c>GET /v2/models/stats</c> answers.</summary>
internal sealed record StatisticsAnswer(IReadOnlyList<ModelFigures> ModelStats);
