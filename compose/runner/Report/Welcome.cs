using InferenceTracing.Runner.Fleet;
using InferenceTracing.Topology;
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

        if (plan.Backend is null)
        {
            var store = plan[SystemParts.TraceStore].Settings;
            AnsiConsole.MarkupLineInterpolated($"  Send it traces, logs    [grey]OTLP/gRPC {store["Kestrel__Endpoints__OtlpGrpc__Url"]}, OTLP/HTTP {store["Kestrel__Endpoints__OtlpHttp__Url"]}[/]");
        }

        AnsiConsole.WriteLine();
        AnsiConsole.WriteLine(plan.Backend is null
            ? "Everything stays up until Ctrl-C. The traces are still there the next time."
            : "Everything stays up until Ctrl-C.");
    }
}
