using System.CommandLine;
using InferenceTracing.Terminal;

namespace InferenceTracing.Drills.Collectors;

/// <summary>The command line of <c>dotnet run --project compose/drills -- collectors</c>.</summary>
internal static class CollectorCommand
{
    public static Command Create()
    {
        var collector = new Option<string?>("--collector")
        {
            Description = "OpenTelemetry Collector contrib 0.159 as a program (default: OTELCOL in the environment, else ../shared/engines/otelcol-contrib.xz)",
        };
        var rate = new Option<int>("--rate") { Description = "Photographs a second", DefaultValueFactory = _ => 5 }.Between(1, 1000);
        var only = new Option<string[]>("--only")
        {
            Description = $"One scenario, more of them by more options: {string.Join(", ", CollectorScenario.All.Select(scenario => scenario.Name))}",
        };
        var write = new Option<string?>("--write") { Description = "Document with a place for the table: docs/operations.md" };

        only.AcceptOnlyFromAmong([.. CollectorScenario.All.Select(scenario => scenario.Name)]);

        var command = new Command(
            "collectors",
            "Starts the whole system as processes, with the real collectors and without containers; breaks them, link, storage and key under load; counts what was lost")
        {
            collector, rate, only, write,
        };
        command.SetAction((parsed, cancellationToken) => CollectorDrill.RunAsync(
            new CollectorOptions(parsed.GetValue(collector), parsed.GetRequiredValue(rate), parsed.GetValue(only) ?? [], parsed.GetValue(write)),
            Console.Out,
            cancellationToken));
        return command;
    }
}
