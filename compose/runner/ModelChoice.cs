using InferenceTracing.ModelRepository;
using InferenceTracing.Terminal;
using InferenceTracing.Topology;
using Spectre.Console;

namespace InferenceTracing.Runner;

/// <summary>The networks that vote, found, downloaded or drawn before anything is started, so that the wait for them is seen.</summary>
internal sealed record ModelChoice(IReadOnlyList<string> Names)
{
    private static ModelSearchPath Repositories => ModelSearchPath.Default(Environment.GetEnvironmentVariable("MODEL_REPOSITORY"));

    /// <summary>Which they are; nothing is opened yet.</summary>
    public static ModelChoice Find() => new([.. SystemParts.Members.Select(name => KnownModel.Choose(name, Repositories))]);

    /// <summary>Which they are, and each of them there.</summary>
    /// <exception cref="LocalException">A model's file is not what it must be, or cannot be written.</exception>
    public static async Task<ModelChoice> PrepareAsync(CancellationToken cancellationToken)
    {
        var found = Find();
        await found.OpenAsync(cancellationToken);
        return found;
    }

    /// <exception cref="LocalException">A model's file is not what it must be, or cannot be written.</exception>
    public async Task OpenAsync(CancellationToken cancellationToken)
    {
        // The one call that leaves the machine.
        using var store = new ModelStore(Repositories, mayDownload: true, CommandProgram.OutsideProxy);

        foreach (var name in Names)
        {
            try
            {
                var model = await store.OpenAsync(name, new ProgressLines(name), cancellationToken);
                var weights = model.Untrained ? "untrained: random weights, since it could not be downloaded" : Path.GetDirectoryName(model.GraphPath)!;
                AnsiConsole.MarkupLineInterpolated($"  [green]✔[/] {name,-18} {weights}");
            }
            catch (Exception failure) when (failure is IOException or InvalidDataException or UnauthorizedAccessException)
            {
                throw new LocalException($"{name}: {failure.Message}");
            }
        }
    }

    /// <summary>A line for each stage, and for each tenth of a download.</summary>
    private sealed class ProgressLines(string name) : IProgress<ModelProgress>
    {
        private (string Stage, int Tenth) _said = ("verifying", 0);

        public void Report(ModelProgress value)
        {
            var now = (value.Stage, (int)((value.Fraction ?? 0) * 10));

            if (now != _said)
            {
                _said = now;
                AnsiConsole.MarkupLineInterpolated($"  [grey]· {name}: {value}[/]");
            }
        }
    }
}
