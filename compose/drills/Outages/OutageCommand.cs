using System.CommandLine;
using InferenceTracing.ModelRepository;
using InferenceTracing.Terminal;

namespace InferenceTracing.Drills.Outages;

/// <summary>The command line of <c>dotnet run --project compose/drills -- outages</c>.</summary>
internal static class OutageCommand
{
    public static Command Create()
    {
        string[] names = [.. OutageDrill.Names];
        var rate = new Option<int>("--rate") { Description = "Photographs a second", DefaultValueFactory = _ => 20 }.Between(1, 1000);
        var seconds = new Option<int>("--seconds") { Description = "How long the link is cut", DefaultValueFactory = _ => 120 }.Between(1, 86_400);
        var precision = new Option<string>("--precision") { Description = "What the networks compute with", DefaultValueFactory = _ => Precision.Float32.Name() };
        var only = new Option<string[]>("--only") { Description = $"One drill, more of them by more options: {string.Join(", ", names)}" };
        var write = new Option<string?>("--write") { Description = "Document with a place for the table: docs/edge.md" };

        precision.AcceptOnlyFromAmong(Precision.Float32.Name(), Precision.Int8.Name());
        only.AcceptOnlyFromAmong(names);

        var command = new Command(
            "outages",
            "Starts the whole system as processes, the edge with a vote of its own; cuts its link under load, kills it meanwhile, gives the cluster too much to do; counts what was answered, and what became of it")
        {
            rate, seconds, precision, only, write,
        };
        command.SetAction((parsed, cancellationToken) => OutageDrill.RunAsync(
            new OutageOptions(
                parsed.GetRequiredValue(rate),
                TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds)),
                Enum.Parse<Precision>(parsed.GetRequiredValue(precision), ignoreCase: true),
                parsed.GetValue(only) is { Length: > 0 } some ? some : names,
                parsed.GetValue(write)),
            Console.Out,
            cancellationToken));
        return command;
    }
}

/// <summary>What the command line asks for.</summary>
/// <param name="Rate">Photographs a second.</param>
/// <param name="Outage">How long the link is cut.</param>
/// <param name="Precision">Of every network.</param>
/// <param name="Only">Names of drills.</param>
/// <param name="Document">The document the table is written into; null writes none.</param>
internal sealed record OutageOptions(int Rate, TimeSpan Outage, Precision Precision, IReadOnlyList<string> Only, string? Document);
