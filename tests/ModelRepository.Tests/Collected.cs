namespace InferenceTracing.ModelRepository.Tests;

/// <summary>Progress in the order it was said.</summary>
internal sealed class Collected(List<string> lines) : IProgress<ModelProgress>
{
    public void Report(ModelProgress value) => lines.Add(value.ToString());
}
