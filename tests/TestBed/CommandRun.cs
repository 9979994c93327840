using System.Diagnostics;
using System.Text;

namespace InferenceTracing.TestBed;

/// <summary>A command as a process, run to its end without any input. A byte of its output is a letter, whichever locale it writes for.</summary>
internal sealed record CommandRun(int ExitCode, string Output, string Error)
{
    /// <param name="program">Its path.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="folder">Where it runs; null for where the tests do.</param>
    /// <param name="variables">What is in its environment beside what is in the tests'.</param>
    public static async Task<CommandRun> OfAsync(
        string program, IEnumerable<string> arguments, string? folder = null, params IReadOnlyList<(string Name, string Value)> variables)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.Latin1,
            StandardErrorEncoding = Encoding.Latin1,
            WorkingDirectory = folder ?? "",
        };

        foreach (var (name, value) in variables)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return new CommandRun(process.ExitCode, await output, await error);
    }

    /// <summary>The same on a terminal that is so many columns wide.</summary>
    public static Task<CommandRun> OnTerminalAsync(int columns, string program, IEnumerable<string> arguments) => OfAsync(
        "script", ["-qec", $"stty cols {columns}; {string.Join(' ', arguments.Prepend(program).Select(word => $"'{word}'"))}", "/dev/null"]);
}
