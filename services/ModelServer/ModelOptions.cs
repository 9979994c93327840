using System.ComponentModel.DataAnnotations;
using InferenceTracing.ModelRepository;
using InferenceTracing.ServiceDefaults;

namespace InferenceTracing.ModelServer;

/// <summary>Which model is served and with how much of the machine: settings section <c>Model</c>.</summary>
internal sealed class ModelOptions
{
    public const string Section = "Model";

    /// <summary>The model's name in the repository; required.</summary>
    public string Name { get; init; } = "";

    /// <summary>Threads of one run; 0: the cores this process may use, shared among the runners.</summary>
    [Range(0, 256)]
    public int Threads { get; init; }

    /// <summary>Which of its versions; an int8 one is made by <c>quantise</c>.</summary>
    [EnumDataType(typeof(Precision))]
    public Precision Precision { get; init; }

    /// <summary>False: a model that no repository has is drawn untrained at once.</summary>
    public bool Download { get; init; } = true;

    /// <summary>How often the repositories are looked at for another newest version; 0: never.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan Watch { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Name))
        {
            yield return "Name the model to serve: --Model:Name=efficientnetb0 (or Model__Name in the environment).";
        }
    }
}

/// <summary>A model server goes by its model's name.</summary>
internal static class ModelIdentity
{
    /// <summary>Named by the setting <c>Model:Name</c>. Every model has the same port, since each has a container of its own; on one machine the runner says another.</summary>
    public static ServiceIdentity Of(IConfiguration settings) =>
        new(settings["Model:Name"] is { Length: > 0 } given ? given : "modelserver", Port: 5012, Environment: "cluster");
}
