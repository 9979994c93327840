using Spectre.Console;

namespace InferenceTracing.Runner.Tests;

/// <summary>What the runner says on its console, as text of a width. There is one console in a process, so those who listen are one collection.</summary>
internal sealed class ConsoleText : IDisposable
{
    public const string Collection = "console";

    private readonly IAnsiConsole _before = AnsiConsole.Console;
    private readonly StringWriter _text = new();

    public ConsoleText(int width = 230)
    {
        AnsiConsole.Console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(TextWriter.Synchronized(_text)),
        });
        AnsiConsole.Profile.Width = width;
    }

    public IReadOnlyList<string> Lines => _text.ToString().TrimEnd().Split('\n');

    public void Dispose()
    {
        AnsiConsole.Console = _before;
        _text.Dispose();
    }
}
