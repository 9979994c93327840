namespace InferenceTracing.OpenInference.Client;

/// <summary>Another service's answer.</summary>
/// <param name="ModelName">The model that answered.</param>
/// <param name="ModelVersion">Its version; empty where the service names none.</param>
/// <param name="Prediction">The probabilities, and as parameters the answer's scalars: string, long, double or bool.</param>
public sealed record InferenceAnswer(string ModelName, string ModelVersion, Prediction Prediction);
