using System.ComponentModel;
using System.Diagnostics;

namespace InferenceTracing.Drills;

/// <summary>How another program ended, and what it printed.</summary>
internal sealed record ProgramRun(int ExitCode, string Output, string Errors)
{
    /// <summary>Runs it to its end, with <paramref name="variables"/> over this process's own.</summary>
    /// <exception cref="DrillException">There is no such program.</exception>
    public static async Task<ProgramRun> OfAsync(
        string program, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string?>? variables = null, CancellationToken cancellationToken = default)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

        foreach (var (name, value) in variables ?? new Dictionary<string, string?>())
        {
            start.Environment[name] = value;
        }

        using var process = Start(start);
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return new ProgramRun(process.ExitCode, (await output.ConfigureAwait(false)).Trim(), (await errors.ConfigureAwait(false)).Trim());
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new DrillException($"{start.FileName} cannot be started: {failure.Message}");
        }
    }
}
