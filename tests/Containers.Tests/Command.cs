using System.Diagnostics;

namespace InferenceTracing.Containers.Tests;

/// <summary>Another program, run to its end.</summary>
internal static class Command
{
    public static async Task<CommandResult> RunAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? variables = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        foreach (var (name, value) in variables ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return new CommandResult(process.ExitCode, (await output).Trim(), (await errors).Trim());
    }
}

/// <summary>How it ended.</summary>
internal sealed record CommandResult(int ExitCode, string Output, string Errors);
