using System.CommandLine;
using System.Globalization;
using InferenceTracing.LoadGenerator.Simulation;
using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Results;
using Spectre.Console;

namespace InferenceTracing.LoadGenerator.Commands;

/// <summary><c>loadgen simulate --plan FILE</c>.</summary>
internal static class SimulateCommand
{
    private const string Description =
        """
        Simulates a fleet over measured unit costs: what it would answer, how fast, what would be full, and how it would catch up after an outage.

        Examples:
          loadgen simulate --plan loadgen/plans/edges-1000000.json
          loadgen simulate --plan loadgen/plans/herd.json --report herd.json
          loadgen simulate --plan loadgen/plans/edges-10.json --plan loadgen/plans/edges-1000.json    beside each other, as Markdown
          loadgen simulate --plan loadgen/plans/edges-1000.json --mode fallback --mode cascade    the same plan in either mode
        """;

    // What is read on a terminal fits into 80 columns; so does what is copied from a pipe.
    private const int Width = 80;

    public static Command Create(TimeProvider time)
    {
        var plans = new Option<string[]>("--plan") { Description = "What is simulated (JSON, docs/scale.md); several are set beside each other", Required = true };
        var modes = new Option<EdgeMode[]>("--mode") { Description = "Another mode than the plan's, of all edges; several are set beside each other" };
        var report = new Option<string?>("--report") { Description = "JSON file for all figures, of the last simulation where there are several" };
        var seed = new Option<int?>("--seed") { Description = "Another seed than the plan's" };
        var command = new Command("simulate", Description) { plans, modes, report, seed };

        command.SetAction(parsed => Run(
            new SimulateCall(parsed.GetValue(plans)!, parsed.GetValue(modes) ?? [], parsed.GetValue(report), parsed.GetValue(seed)), AnsiConsole.Console, time));
        return command;
    }

    /// <exception cref="Scenarios.UsageException">A plan is wrong; one line, before anything is simulated.</exception>
    /// <exception cref="IOException">The report cannot be written.</exception>
    public static int Run(SimulateCall call, IAnsiConsole console, TimeProvider time)
    {
        var plans = call.Plans.Select(PlanFile.Read).SelectMany(call.Variants).ToList();
        var reports = new List<(string Mode, SimulationReport Report)>();
        var wide = console.Profile.Width;

        foreach (var plan in plans)
        {
            var start = time.GetTimestamp();
            var report = SimulationReport.Of(Simulator.Simulate(plan));
            var taken = time.GetElapsedTime(start);
            reports.Add((string.Join(", ", plan.Edges.Select(edges => edges.Mode.ToString().ToLowerInvariant()).Distinct()), report));

            if (plans.Count == 1)
            {
                console.Profile.Width = Math.Min(wide, Width);
                SimulationTables.Print(console, report);
            }

            console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{plan.Name}: simulated in {taken.TotalSeconds:0.0} s, {report.Events:#,0} events."));
        }

        if (reports.Count > 1)
        {
            // Lines of a table are as long as they are.
            console.Profile.Width = int.MaxValue;
            console.WriteLine();

            foreach (var line in SimulationComparison.Lines(reports))
            {
                console.WriteLine(line);
            }
        }

        if (call.Report is not null)
        {
            File.WriteAllText(call.Report, reports[^1].Report.Json());
            console.WriteLine($"Report: {call.Report}");
        }

        return ExitCode.Met;
    }
}

/// <summary>What the command line says.</summary>
/// <param name="Plans">Files.</param>
/// <param name="Modes">In place of the plans'; none: as they are.</param>
/// <param name="Report">JSON file; null for none.</param>
/// <param name="Seed">In place of the plans'.</param>
internal sealed record SimulateCall(IReadOnlyList<string> Plans, IReadOnlyList<EdgeMode> Modes, string? Report = null, int? Seed = null)
{
    public IEnumerable<SimulationPlan> Variants(SimulationPlan plan)
    {
        var seeded = Seed is { } seed ? plan with { Seed = seed } : plan;
        return Modes.Count == 0 ? [seeded] : Modes.Select(mode => seeded with { Edges = [.. seeded.Edges.Select(edges => edges with { Mode = mode })] });
    }
}
