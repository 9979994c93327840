using System.Globalization;

namespace InferenceTracing.LoadGenerator.Simulation.Results;

/// <summary>Several simulations beside each other, as Markdown: the tables of docs/scale.md.</summary>
internal static class SimulationComparison
{
    private const double Hour = 3600;

    private static readonly string[] Behind = ["collector", "store", "edges", "the machine"];

    public static IEnumerable<string> Lines(IReadOnlyList<(string Mode, SimulationReport Report)> simulations)
    {
        var parts = simulations[0].Report.Parts.Select(part => part.Name).Except(Behind).ToList();

        return
        [
            .. Table(
                ["plan", "mode", "photographs a second", .. parts.Select(part => $"{part} replicas"), "cores busy", "p50 ms", "p95 ms", "refused", "full first"],
                simulations.Select(one => (IEnumerable<string>)
                [
                    one.Report.Name, one.Mode, Text(one.Report.Photographs.Arrived / one.Report.Seconds), .. parts.Select(part => Replicas(Part(one.Report, part))),
                    Text(one.Report.Parts.Where(part => part.Name is not ("edges" or "the machine")).Sum(part => part.CoreSeconds) / one.Report.Seconds),
                    Text(one.Report.Latency[0].P50), Text(one.Report.Latency[0].P95), Share(one.Report.Photographs.Refused.Values.Sum() / one.Report.Photographs.Arrived), Fullest(one.Report),
                ])),
            "",
            .. Table(
                ["plan", "mode", "of a million: cluster, core hours", "edges, core hours", "pixels sent, GB", "spans sent, GB", "kept, GB", "kept in all, GB"],
                simulations.Select(one => (IEnumerable<string>)
                [
                    one.Report.Name, one.Mode, Text(one.Report.PerMillion.ClusterCoreHours), Text(one.Report.PerMillion.EdgeCoreHours), Text(one.Report.PerMillion.PixelGigabytes),
                    Text(one.Report.PerMillion.SpanGigabytes), Text(one.Report.PerMillion.StoredGigabytes), Text(one.Report.PerMillion.StoredGigabytes * one.Report.Photographs.Arrived / 1e6),
                ])),
            "",
            .. Table(
                ["plan", "mode", "answers waiting, most", "gone after", "p95 ms, usual", "p95 ms, catching up", "ratio", "provisional", "spans waiting, most", "gone after", "spans lost"],
                simulations.Select(one => (IEnumerable<string>)
                [
                    one.Report.Name, one.Mode, Large(one.Report.Outboxes.Most), After(one.Report.Outboxes.DrainedAfterSeconds),
                    P95(one.Report, "usual"), P95(one.Report, "catching up"), Ratio(one.Report), Share(one.Report.Photographs.Provisional / one.Report.Photographs.Arrived),
                    Large(one.Report.Spans.MostAtEdges), After(one.Report.Spans.EdgesDrainedAfterSeconds), Large(one.Report.Spans.Lost),
                ])),
        ];
    }

    private static IEnumerable<string> Table(IReadOnlyList<string> head, IEnumerable<IEnumerable<string>> rows) =>
    [
        $"| {string.Join(" | ", head)} |", $"|{string.Concat(Enumerable.Repeat(" --- |", head.Count))}", .. rows.Select(row => $"| {string.Join(" | ", row)} |"),
    ];

    private static PartFigures Part(SimulationReport report, string name) => report.Parts.Single(part => part.Name == name);

    private static string Replicas(PartFigures part) => part.Fewest == part.Most ? $"{part.Most}" : $"{part.Fewest} to {part.Most}";

    /// <summary>Who turned most away; where nobody did, who came nearest to all its cores.</summary>
    private static string Fullest(SimulationReport report) => report.Parts.MaxBy(part => part.Refused) is { Refused: > 0 } refusing
        ? $"{refusing.Name}, {Large(refusing.Refused)} turned away"
        : report.Parts.MaxBy(part => part.Peak ?? 0) is var busiest ? $"{busiest!.Name}, {(busiest.Peak ?? 0) * 100:0} % in a second" : "";

    private static double? Phase(SimulationReport report, string phase) => report.Latency.FirstOrDefault(one => one.Phase == phase)?.P95;

    private static string P95(SimulationReport report, string phase) => Phase(report, phase) is { } p95 ? Text(p95) : "";

    private static string Ratio(SimulationReport report) => Phase(report, "catching up") / Phase(report, "usual") is { } ratio ? Text(ratio) : "";

    private static string After(double? seconds) => seconds switch { null => "not in this time", >= Hour => $"{Text(seconds.Value / Hour)} h", >= 60 => $"{Text(seconds.Value / 60)} min", _ => $"{Text(seconds.Value)} s" };

    private static string Share(double share) => $"{(share * 100).ToString("0.##", CultureInfo.InvariantCulture)} %";

    private static string Large(double count) => count >= 1e7 ? $"{(count / 1e6).ToString("#,0.#", CultureInfo.InvariantCulture)} million" : count.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>Three figures of which the reader can trust two.</summary>
    private static string Text(double value) => value.ToString(value switch { >= 100 => "#,0", >= 10 => "0.0", _ => "0.00" }, CultureInfo.InvariantCulture);
}
