using Spectre.Console;

namespace InferenceTracing.Terminal;

/// <summary>Where a command's output is read: a terminal has colours and a width; a pipe or a file has neither.</summary>
internal static class Screen
{
    private const int WidthOfAPipe = 230;

    public static void Prepare()
    {
        var ascii = IsAscii(Environment.GetEnvironmentVariable);
        var error = Console.Error;
        Console.SetError(new TerminalWriter(error, ascii, _ => { }));
        Console.SetOut(new TerminalWriter(
            Console.Out, ascii, failure => Console.Error.WriteLine($"The output is lost from here on, and nothing else: {failure.Message}")));

        if (!Console.IsOutputRedirected)
        {
            return;
        }

        AnsiConsole.Profile.Width = WidthOfAPipe;
        AnsiConsole.Profile.Capabilities.Ansi = false;
        AnsiConsole.Profile.Capabilities.Links = false;
        AnsiConsole.Profile.Capabilities.Interactive = false;
        AnsiConsole.Profile.Capabilities.ColorSystem = ColorSystem.NoColors;
    }

    /// <summary>
    /// The locale as POSIX reads it: the first of these that says something. Where none does the output is UTF-8, as .NET writes it; one without a
    /// character set (C, de_DE) is not.
    /// </summary>
    internal static bool IsAscii(Func<string, string?> variable)
    {
        var locale = Array.ConvertAll<string, string?>(["LC_ALL", "LC_CTYPE", "LANG"], name => variable(name)).FirstOrDefault(value => value is { Length: > 0 });
        var characters = locale?.Split('@')[0].Split('.', 2) is [_, var set] ? set.Replace("-", "", StringComparison.Ordinal) : null;
        return locale is not null && !string.Equals(characters, "utf8", StringComparison.OrdinalIgnoreCase);
    }
}
