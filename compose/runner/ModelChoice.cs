using InferenceTracing.ModelRepository;
using InferenceTracing.Topology;
using Spectre.Console;

namespace InferenceTracing.Runner;

/// <summary>The networks that vote, found, downloaded or drawn before anything is started, so that the wait for them is seen.</summary>
internal sealed record ModelChoice(IReadOnlyList<string> Names)
{
    /// <exception cref="LocalException">A model's file is not what it must be, or cannot be written.</exception>
    public static async Task<ModelChoice> PrepareAsync(CancellationToken cancellationToken)
    {
        var repositories = ModelSearchPath.Default(Environment.GetEnvironmentVariable("MODEL_REPOSITORY"));
        using var store = new ModelStore(repositories, mayDownload: true);
        string[] names = [.. SystemParts.Members.Select(name => name == EfficientNet.B0 ? EfficientNet.Choose(repositories) : name)];

        foreach (var name in names)
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

        return new ModelChoice(names);
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
