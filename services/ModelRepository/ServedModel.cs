namespace InferenceTracing.ModelRepository;

/// <summary>A model that is there and checked, ready to be loaded.</summary>
/// <param name="Name">Its name, for example <c>efficientnetb0</c>.</param>
/// <param name="Version">The name of its version folder.</param>
/// <param name="GraphPath">The ONNX file.</param>
/// <param name="Config">What the graph wants and gives.</param>
/// <param name="Labels">1,000 lines, the synonyms of each class; empty where no labels file was found.</param>
public sealed record ServedModel(string Name, string Version, string GraphPath, ModelConfig Config, IReadOnlyList<string> Labels)
{
    /// <summary>True for random weights.</summary>
    public bool Untrained => Config.Untrained;
}
