namespace InferenceTracing.ModelRepository;

/// <summary>Which EfficientNet a machine has.</summary>
public static class EfficientNet
{
    /// <summary>The one this project is about.</summary>
    public const string B0 = "efficientnetb0";

    /// <summary>A newer network that stands in for it where somebody has put it; it goes by its own name.</summary>
    public const string V2B0 = "efficientnetv2b0";

    /// <summary>
    /// <see cref="B0"/> where a repository has it; else <see cref="V2B0"/> where one has that; else <see cref="B0"/>, which start-up downloads
    /// or draws untrained.
    /// </summary>
    public static string Choose(ModelSearchPath repositories)
    {
        ArgumentNullException.ThrowIfNull(repositories);
        return repositories.Find(B0) is null && repositories.Find(V2B0) is not null ? V2B0 : B0;
    }
}
