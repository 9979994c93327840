using System.CommandLine;
using InferenceTracing.Drills.Collectors;
using InferenceTracing.Drills.Faults;
using InferenceTracing.Drills.Herds;
using InferenceTracing.Drills.Outages;
using InferenceTracing.Terminal;
using InferenceTracing.Topology;

namespace InferenceTracing.Drills;

/// <summary>The command line of <c>dotnet run --project compose/drills</c>.</summary>
internal static class DrillCommand
{
    public static RootCommand Create()
    {
        var project = new Option<string>("--project") { Description = "Compose project", DefaultValueFactory = _ => "inference-laptop" };
        var edge = Address("--edge", "Where photographs go", SystemParts.Preprocessing);
        var traces = Address("--traces", "Where traces are read (Jaeger's query API)", SystemParts.Gateway, "jaeger/");
        var rate = new Option<int>("--rate") { Description = "Photographs a second", DefaultValueFactory = _ => 10 }.Between(1, 1000);
        var seconds = new Option<int>("--seconds") { Description = "How long it stays broken", DefaultValueFactory = _ => 60 }.Between(1, 86_400);

        var command = new RootCommand(
            "Breaks a system on purpose, mends it, and says what was sent, what arrived and what was lost: the running one of compose/laptop.yaml, or, with `collectors`, `faults`, `outages` and `herd`, one of its own.")
        {
            CollectorCommand.Create(),
            FaultCommand.Create(),
            OutageCommand.Create(),
            HerdCommand.Create(),
        };

        foreach (var drill in Drill.All)
        {
            var name = new Command(drill.Name, drill.Description) { project, edge, traces, rate, seconds };
            name.SetAction((parsed, cancellationToken) => DrillRun.RunAsync(
                drill,
                new DrillOptions(
                    parsed.GetRequiredValue(project),
                    parsed.GetRequiredValue(edge),
                    parsed.GetRequiredValue(traces),
                    parsed.GetRequiredValue(rate),
                    TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds))),
                Console.Out,
                cancellationToken));
            command.Add(name);
        }

        return command;
    }

    /// <summary>An address with the closing slash that keeps its path when a relative one is added.</summary>
    private static Option<Uri> Address(string name, string description, string part, string path = "") => new(name)
    {
        Description = description,
        DefaultValueFactory = _ => new Uri($"http://127.0.0.1:{SystemParts.All.Single(each => each.Name == part).Port}/{path}"),
        CustomParser = result =>
        {
            if (Uri.TryCreate(result.Tokens[0].Value.TrimEnd('/') + "/", UriKind.Absolute, out var address) && address.Scheme is ("http" or "https"))
            {
                return address;
            }

            result.AddError($"{name} takes an http(s) address, not '{result.Tokens[0].Value}'.");
            return null;
        },
    };
}

/// <summary>What is broken, and for how long.</summary>
/// <param name="Project">The compose project.</param>
/// <param name="Edge">Where photographs go.</param>
/// <param name="Traces">Where traces are read, with a closing slash.</param>
/// <param name="Rate">Photographs a second.</param>
/// <param name="Outage">How long it stays broken.</param>
internal sealed record DrillOptions(string Project, Uri Edge, Uri Traces, int Rate, TimeSpan Outage);
