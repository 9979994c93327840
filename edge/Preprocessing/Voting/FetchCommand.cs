using System.CommandLine;
using InferenceTracing.ModelRepository;
using InferenceTracing.Preprocessing.Calibrating;
using InferenceTracing.Terminal;

namespace InferenceTracing.Preprocessing.Voting;

/// <summary>
/// The command line of <c>dotnet run --project edge/Preprocessing -- fetch</c>: has the edge's model there before the edge starts, which then need not reach, nor trust, anybody but its
/// cluster.
/// </summary>
internal static class FetchCommand
{
    /// <summary>The first word of the command line.</summary>
    public const string Name = "fetch";

    public static Command Create()
    {
        var command = new Command(Name, "Finds the model of Edge:Model, or downloads it, into the repository (MODEL_REPOSITORY); settings come from the environment");
        command.SetAction((_, cancellationToken) => RunAsync(cancellationToken));
        return command;
    }

    private static async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var settings = await CalibrateSettings.ReadAsync([]).ConfigureAwait(false);

        if (!settings.Edge.Votes)
        {
            await Console.Out.WriteLineAsync("No model is named in Edge:Model, so there is none to fetch.").ConfigureAwait(false);
            return 0;
        }

        using var store = new ModelStore(settings.Repositories, settings.Edge.Download, CommandProgram.OutsideProxy);
        var model = await store.OpenAsync(settings.Edge.Model, settings.Edge.Precision, new Progress<ModelProgress>(progress => Console.WriteLine(progress)), cancellationToken).ConfigureAwait(false);
        await Console.Out.WriteLineAsync($"{model.Name} {model.Version}: {(model.Untrained ? "untrained, random weights, since it could not be downloaded" : model.GraphPath)}").ConfigureAwait(false);
        return 0;
    }
}
