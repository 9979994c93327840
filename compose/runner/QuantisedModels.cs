using System.Diagnostics;
using InferenceTracing.ModelRepository;
using InferenceTracing.Terminal;

namespace InferenceTracing.Runner;

/// <summary>The int8 versions of the networks that vote: those that are missing are made, as <c>quantise</c> of the model server does it.</summary>
internal static class QuantisedModels
{
    /// <exception cref="CommandException">One is missing, and there are no photographs to make it with.</exception>
    /// <exception cref="LocalException">One could not be made.</exception>
    public static async Task ProvideAsync(Checkout checkout, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var repositories = ModelSearchPath.Default(Environment.GetEnvironmentVariable("MODEL_REPOSITORY"));
        List<string> missing = [.. names.Where(name => repositories.Find(name, Precision.Int8) is null)];

        if (missing.Count > 0 && !Directory.Exists(checkout.SharedLabelled))
        {
            throw new CommandException(
                $"--precision int8: {string.Join(" and ", missing)} must be quantised first, with photographs like yours: "
                + $"`dotnet run --project services/ModelServer -- quantise --model {missing[0]} --photos FOLDER`");
        }

        foreach (var name in missing)
        {
            await QuantiseAsync(checkout, name, cancellationToken);
        }
    }

    private static async Task QuantiseAsync(Checkout checkout, string name, CancellationToken cancellationToken)
    {
        // Its output goes where this one's does.
        using var process = Process.Start(new ProcessStartInfo(
            checkout.Executable("ModelServer"), ["quantise", "--model", name, "--photos", checkout.SharedLabelled]))!;

        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }

        if (process.ExitCode != 0)
        {
            throw new LocalException($"{name} could not be quantised.");
        }
    }
}
