using Spectre.Console;

namespace InferenceTracing.Runner.Report;

/// <summary>Where the report is read: a terminal has colours and a width; a pipe or a file has neither.</summary>
internal static class Screen
{
    private const int WidthOfAPipe = 230;

    public static void Prepare()
    {
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
}
