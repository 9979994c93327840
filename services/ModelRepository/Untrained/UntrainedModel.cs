using InferenceTracing.ModelRepository.Onnx;

namespace InferenceTracing.ModelRepository.Untrained;

/// <summary>Writes a drawn graph and the config.json that says what it is.</summary>
internal static class UntrainedModel
{
    /// <summary>Path of the graph; one that is there already is taken as it is.</summary>
    public static string Write(string repository, string name, Func<OnnxGraph> draw)
    {
        var path = ModelSearchPath.GraphPath(repository, name);

        if (File.Exists(path))
        {
            return path;
        }

        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        new ModelConfig { Input = OnnxGraph.Input, Output = OnnxGraph.Output, Untrained = true }
            .Write(Path.Combine(repository, name, ModelStore.ConfigFile));

        var part = path + ".part";
        File.WriteAllBytes(part, draw().ToModel(name, "UNTRAINED: the architecture is real, the weights are seeded random numbers."));
        File.Move(part, path);
        return path;
    }
}
