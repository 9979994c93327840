namespace InferenceTracing.OpenInference;

/// <summary>The one output every model here has: FP32 <c>[N, 1000]</c>, the probabilities of the ImageNet-1k classes.</summary>
public static class ProbabilitiesOutput
{
    /// <summary>Name of the v2 output.</summary>
    public const string Name = "probabilities";

    /// <summary>Classes of a row.</summary>
    public const int Classes = 1000;
}
