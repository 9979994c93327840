using System.Text.Json.Serialization;

namespace InferenceTracing.OpenInference.Server;

/// <summary>v2's error body.</summary>
internal sealed record ErrorBody(string Error);

/// <summary>What <c>GET /v2</c> answers.</summary>
internal sealed record ServerDescription(string Name, string Version, IReadOnlyList<string> Extensions);

/// <summary>Liveness and readiness: the specification's text prints <c>live</c> for both, its implementations <c>ready</c>.</summary>
internal sealed record ServerState(bool Live, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] bool? Ready = null);

/// <summary>What <c>GET /v2/models/{m}/ready</c> answers.</summary>
internal sealed record ModelState(string Name, bool Ready);

/// <summary>What <c>GET /v2/models/{m}</c> answers.</summary>
internal sealed record ModelDescription(
    string Name,
    IReadOnlyList<string> Versions,
    string Platform,
    IReadOnlyList<TensorDescription> Inputs,
    IReadOnlyList<TensorDescription> Outputs,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] ModelParameters? Parameters)
{
    public static ModelDescription Of(ModelMetadata model) => new(
        model.Name,
        [model.Version],
        model.Platform,
        [new(PixelTensor.InputName, "UINT8", [-1, PixelTensor.Side, PixelTensor.Side, PixelTensor.Channels], Labels: null)],
        [new(ProbabilitiesOutput.Name, "FP32", [-1, ProbabilitiesOutput.Classes], model.Labels)],
        model.Untrained ? new ModelParameters(Untrained: true) : null);
}

/// <summary>A tensor of a model; -1 stands for any number of images. An output says what its classes are called, which an ensemble learns from here.</summary>
internal sealed record TensorDescription(
    string Name,
    string Datatype,
    IReadOnlyList<int> Shape,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<string>? Labels);

/// <summary>What a caller should know of a model beyond the specification.</summary>
internal sealed record ModelParameters(bool Untrained);
