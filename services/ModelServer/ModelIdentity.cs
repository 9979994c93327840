using InferenceTracing.ServiceDefaults;

namespace InferenceTracing.ModelServer;

/// <summary>A model server goes by its model's name, which is therefore needed before the settings are built.</summary>
internal static class ModelIdentity
{
    private const int EfficientNetPort = 5012;

    private const int OtherPort = 5013;

    /// <summary>Name and port by the setting <c>Model:Name</c> of the command line, else of the environment, else of appsettings.json.</summary>
    public static ServiceIdentity Of(string[] args)
    {
        var settings = new ConfigurationBuilder()
            .SetBasePath(AppContext.BaseDirectory)
            .AddJsonFile("appsettings.json", optional: true)
            .AddEnvironmentVariables()
            .AddCommandLine([.. args.Where(argument => argument != "--health")])
            .Build();
        var name = settings["Model:Name"] is { Length: > 0 } given ? given : "modelserver";

        return new ServiceIdentity(name, name.StartsWith("efficientnet", StringComparison.Ordinal) ? EfficientNetPort : OtherPort, "cluster");
    }
}
