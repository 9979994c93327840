using System.ComponentModel.DataAnnotations;

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

    /// <summary>False: a model that no repository has is drawn untrained at once.</summary>
    public bool Download { get; init; } = true;

    /// <summary>What is wrong with the settings, one line each.</summary>
    public IEnumerable<string> Problems()
    {
        if (string.IsNullOrWhiteSpace(Name))
        {
            yield return "Name the model to serve: --Model:Name=efficientnetb0 (or Model__Name in the environment).";
        }
    }
}
