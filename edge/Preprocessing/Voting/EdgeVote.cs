using InferenceTracing.OpenInference.Client;

namespace InferenceTracing.Preprocessing.Voting;

/// <summary>What the edge's own model takes a photograph for.</summary>
/// <param name="Top">Its likeliest classes, best first; their probabilities as the network gives them.</param>
/// <param name="Confidence">The probability of the first, 0 … 1, as the calibration corrects it; as the network gives it where there is none.</param>
internal sealed record EdgeVote(IReadOnlyList<NamedClass> Top, float Confidence);
