using InferenceTracing.Runner.Fleet;
using Spectre.Console;

namespace InferenceTracing.Runner.Report;

/// <summary>Where to go from here, while everything stays up.</summary>
internal static class Welcome
{
    public static void Print(ServicePlan plan)
    {
        AnsiConsole.WriteLine();
        AnsiConsole.MarkupLineInterpolated($"  Classify a photograph   [bold blue]{plan.Edge}[/]");
        AnsiConsole.MarkupLineInterpolated($"  Look at the traces      [bold blue]{plan.Traces}[/]");
        AnsiConsole.MarkupLineInterpolated($"  From a shell            [grey]curl -F file=@photo.jpg {plan.Edge}preprocessing[/]");
        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine("Everything stays up until Ctrl-C. The traces are still there the next time.");
    }
}
