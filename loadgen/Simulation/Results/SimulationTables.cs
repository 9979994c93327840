using System.Globalization;
using Spectre.Console;

namespace InferenceTracing.LoadGenerator.Simulation.Results;

/// <summary>The report on the console, 80 columns wide.</summary>
internal static class SimulationTables
{
    public static void Print(IAnsiConsole console, SimulationReport report)
    {
        var counts = report.Photographs;
        console.MarkupLineInterpolated($"[bold]{report.Name}[/]: {report.Edges} edges, {Length(report.Seconds)} by {(report.Method == Plans.SimulationMethod.Events ? "events" : "rates")}, seed {report.Seed}");
        console.MarkupLineInterpolated($"{Large(counts.Arrived)} photographs, {Large(counts.Answered)} answered, goodput [bold]{Text(counts.GoodputPerSecond, "0.0")}/s[/]");

        console.Write(Outcomes(counts));
        console.Write(Latency(report));
        console.Write(Parts(report));
        console.Write(Backlogs(report));
        console.Write(Day(report));
        console.MarkupLineInterpolated($"replicas of {string.Join(", ", report.Day[0].Replicas.Keys)}");
        var cost = report.PerMillion;
        console.MarkupLineInterpolated($"a million photographs: {Text(cost.ClusterCoreHours, "0.00")} core hours in the cluster, {Text(cost.EdgeCoreHours, "0.00")} at edges,");
        console.MarkupLineInterpolated($"  {Text(cost.PixelGigabytes, "0.0")} GB of pixels and {Text(cost.SpanGigabytes, "0.00")} GB of spans sent, {Text(cost.StoredGigabytes, "0.00")} GB kept");
    }

    private static Table Outcomes(PhotographCounts counts)
    {
        var table = Table("what became of the photographs", "photographs", "share");
        Add("answered by the cluster", counts.ByCluster);
        Add("  of these without a vote", counts.Degraded);
        Add("answered by the edge", counts.ByEdge);
        Add("  of these provisional", counts.Provisional);

        foreach (var (why, count) in counts.Refused)
        {
            Add($"refused: {why}", count);
        }

        Add("under way at the end", counts.UnderWay);
        return table;

        void Add(string name, double count)
        {
            if (count > 0)
            {
                table.AddRow(name, Large(count), $"{Text(100 * count / counts.Arrived, "0.00")} %");
            }
        }
    }

    private static Table Latency(SimulationReport report)
    {
        var table = Table("answers, ms", "p50", "p95", "p99", "mean", "max");

        foreach (var phase in report.Latency)
        {
            table.AddRow([phase.Phase, .. new[] { phase.P50, phase.P95, phase.P99, phase.Mean, phase.Max }.Select(value => Text(value, "0.0"))]);
        }

        return table;
    }

    private static Table Parts(SimulationReport report)
    {
        var table = Table("part", "replicas", "busy", "peak", "core hours", "refused");

        foreach (var part in report.Parts)
        {
            table.AddRow(
                Markup.Escape(part.Name), part.Fewest == part.Most ? $"{part.Most}" : $"{part.Fewest} to {part.Most}", $"{Text(part.Utilisation * 100, "0.0")} %",
                part.Peak is { } peak ? $"{Text(peak * 100, "0")} %" : "", Text(part.CoreSeconds / 3600, "0.00"), Large(part.Refused));
        }

        return table;
    }

    private static Table Backlogs(SimulationReport report)
    {
        var table = Table("backlog", "most", "gone after", "lost");
        table.AddRow("answers to be judged", Large(report.Outboxes.Most), After(report.Outboxes.DrainedAfterSeconds), Large(report.Outboxes.Dropped));
        table.AddRow("spans at edges", Large(report.Spans.MostAtEdges), After(report.Spans.EdgesDrainedAfterSeconds), "");
        table.AddRow("spans in the cluster", Large(report.Spans.MostInCluster), After(report.Spans.ClusterDrainedAfterSeconds), Large(report.Spans.Lost));
        return table;
    }

    /// <summary>Every third stretch: what there is room for.</summary>
    private static Table Day(SimulationReport report)
    {
        var table = Table("from", "came /s", "answered /s", "p95 ms", "backlog", "replicas");

        foreach (var row in report.Day.Where((_, index) => index % 3 == 0))
        {
            table.AddRow(Length(row.Minute * 60), Text(row.ArrivedPerSecond, "0.0"), Text(row.AnsweredPerSecond, "0.0"), Text(row.P95, "0.0"), Large(row.Backlog), string.Join(' ', row.Replicas.Values));
        }

        return table;
    }

    private static Table Table(string name, params string[] numbers)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn(Markup.Escape(name));

        foreach (var number in numbers)
        {
            table.AddColumn(new TableColumn(number).RightAligned().NoWrap());
        }

        return table;
    }

    private static string After(double? seconds) => seconds is { } after ? Length(after) : "";

    private static string Length(double seconds) => seconds switch
    {
        >= 3600 => $"{Text(seconds / 3600, "0.#")} h",
        >= 60 => $"{Text(seconds / 60, "0.#")} min",
        _ => $"{Text(seconds, "0.#")} s",
    };

    private static string Large(double count) => count >= 1e7 ? $"{Text(count / 1e6, "#,0.0")} M" : Text(count, "#,0");

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
