using InferenceTracing.ServiceDefaults;

namespace InferenceTracing.ModelServer;

/// <summary>A model server goes by its model's name.</summary>
internal static class ModelIdentity
{
    private const int EfficientNetPort = 5012;

    private const int OtherPort = 5013;

    /// <summary>Name and port by the setting <c>Model:Name</c>.</summary>
    public static ServiceIdentity Of(IConfiguration settings)
    {
        var name = settings["Model:Name"] is { Length: > 0 } given ? given : "modelserver";

        return new ServiceIdentity(name, name.StartsWith("efficientnet", StringComparison.Ordinal) ? EfficientNetPort : OtherPort, "cluster");
    }
}
