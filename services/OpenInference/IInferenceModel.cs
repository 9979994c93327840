using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference;

/// <summary>What the v2 endpoints serve: one model, be it a network (ModelServer) or a vote of networks (Ensemble).</summary>
public interface IInferenceModel
{
    /// <summary>Name, version and labels. Known from the start, whether or not the model is ready.</summary>
    ModelMetadata Metadata { get; }

    /// <summary>True when a request would be answered now.</summary>
    bool IsReady { get; }

    /// <summary>Classifies every image of <paramref name="images"/>, which stays the caller's to dispose after the task has ended.</summary>
    /// <exception cref="InferenceException">The model cannot answer: 503 (queue full, not ready, quorum not reached), 504 (deadline passed).</exception>
    Task<Prediction> InferAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken);
}

/// <summary>What <c>GET /v2/models/{m}</c> says of a model.</summary>
/// <param name="Name">The model's name in paths, for example <c>efficientnetb0</c>.</param>
/// <param name="Version">Its version, for example <c>1</c>.</param>
/// <param name="Platform"><c>onnx_onnxv1</c> for a network, <c>ensemble</c> for a vote.</param>
/// <param name="Labels">One line per class; empty until the model is known.</param>
/// <param name="Untrained">True when the weights are seeded random numbers: the chain is real, the answers mean nothing.</param>
public sealed record ModelMetadata(string Name, string Version, string Platform, ClassLabels Labels, bool Untrained)
{
    /// <summary>The v2 parameter of an answer and of a model's description that says <see cref="Precision"/>.</summary>
    public const string PrecisionParameter = "precision";

    /// <summary>What a network computes with, <c>float32</c> or <c>int8</c>; null until that is known, and for a vote, whose members may differ.</summary>
    public string? Precision { get; init; }
}

/// <summary>A model's answer.</summary>
/// <param name="Probabilities">FP32 <c>[N, 1000]</c>, row by row, each row adding up to 1.</param>
/// <param name="Classes">The classes of a row: 1000.</param>
/// <param name="Parameters">Scalars for the answer's v2 <c>parameters</c> (string, number, boolean); empty where there are none.</param>
public sealed record Prediction(ReadOnlyMemory<float> Probabilities, int Classes, IReadOnlyDictionary<string, object> Parameters)
{
    /// <summary>What the classes of this answer are called; null where that is what the model says of itself.</summary>
    public ClassLabels? Labels { get; init; }

    /// <summary>N, the number of images.</summary>
    public int Count => Probabilities.Length / Classes;

    /// <summary>The probabilities of image <paramref name="index"/>.</summary>
    public ReadOnlySpan<float> Row(int index) => Probabilities.Span.Slice(index * Classes, Classes);
}

/// <summary>The one output every model here has: FP32 <c>[N, 1000]</c>, the probabilities of the ImageNet-1k classes.</summary>
public static class ProbabilitiesOutput
{
    /// <summary>Name of the v2 output.</summary>
    public const string Name = "probabilities";

    /// <summary>Classes of a row.</summary>
    public const int Classes = 1000;
}
