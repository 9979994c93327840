using System.CommandLine;
using InferenceTracing.ModelRepository;
using InferenceTracing.Terminal;

namespace InferenceTracing.Drills.Herds;

/// <summary>The command line of <c>dotnet run --project compose/drills -- herd</c>.</summary>
internal static class HerdCommand
{
    public static Command Create()
    {
        var devices = new Option<int>("--devices") { Description = "Devices behind the link that is cut", DefaultValueFactory = _ => 500 }.Between(1, 5000);
        var answers = new Option<int>("--answers") { Description = "Provisional answers of each device while the link is away", DefaultValueFactory = _ => 4 }.Between(1, 100);
        var seconds = new Option<int>("--seconds") { Description = "How long the link is cut", DefaultValueFactory = _ => 40 }.Between(1, 3600);
        var probe = new Option<int>("--probe") { Description = "Seconds between two questions of a device whether the cluster is there (Cluster:ProbeInterval)", DefaultValueFactory = _ => 30 }.Between(1, 3600);
        var within = new Option<int>("--return-within") { Description = "Seconds within which a device asks for its first judgement after the outage (Edge:ReturnWithin)", DefaultValueFactory = _ => 60 }.Between(0, 3600);
        var precision = new Option<string>("--precision") { Description = "What the networks compute with", DefaultValueFactory = _ => Precision.Float32.Name() };
        var write = new Option<string?>("--write") { Description = "Document with a place for the table: docs/scale.md" };

        precision.AcceptOnlyFromAmong(Precision.Float32.Name(), Precision.Int8.Name());

        var command = new Command(
            "herd",
            "Starts the whole system as processes and many devices with the edge's own outbox and judge; cuts the link of all of them, and brings it back under live load: counts what was judged, and what it cost the live photographs")
        {
            devices, answers, seconds, probe, within, precision, write,
        };
        command.SetAction((parsed, cancellationToken) => HerdDrill.RunAsync(
            new HerdOptions(
                parsed.GetRequiredValue(devices),
                parsed.GetRequiredValue(answers),
                TimeSpan.FromSeconds(parsed.GetRequiredValue(seconds)),
                Enum.Parse<Precision>(parsed.GetRequiredValue(precision), ignoreCase: true),
                parsed.GetValue(write)) {
                ProbeInterval = TimeSpan.FromSeconds(parsed.GetRequiredValue(probe)), ReturnWithin = TimeSpan.FromSeconds(parsed.GetRequiredValue(within)),
            },
            Console.Out,
            cancellationToken));
        return command;
    }
}

/// <summary>What the command line asks for.</summary>
/// <param name="Devices">How many come back at once.</param>
/// <param name="Answers">Of each, that wait for their judgement.</param>
/// <param name="Outage">How long the link is cut.</param>
/// <param name="Precision">Of every network.</param>
/// <param name="Document">The document the table is written into; null writes none.</param>
internal sealed record HerdOptions(int Devices, int Answers, TimeSpan Outage, Precision Precision, string? Document)
{
    /// <summary>Before the link is cut and after all is judged, with live photographs alone.</summary>
    public TimeSpan Around { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How often each device asks whether the cluster is there.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Within which time each asks for its first judgement after the outage.</summary>
    public TimeSpan ReturnWithin { get; init; } = TimeSpan.FromMinutes(1);

    /// <summary>Until what came before the live load has passed.</summary>
    public TimeSpan Settling { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>For finding out what the machine can do.</summary>
    public TimeSpan Probing { get; init; } = TimeSpan.FromSeconds(8);
}
