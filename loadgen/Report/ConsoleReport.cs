using System.Globalization;
using Spectre.Console;

namespace InferenceTracing.LoadGenerator.Report;

/// <summary>The report on the console.</summary>
internal static class ConsoleReport
{
    private const int SlowestShown = 3;

    public static void Print(IAnsiConsole console, LoadReport report)
    {
        console.WriteLine();
        console.MarkupLineInterpolated(
            $"[bold]{report.Load}[/]: {report.Totals.Answered} answered in {report.Seconds:0.0} s, [bold]{report.Totals.AnsweredPerSecond:0.0}/s[/]{(report.Interrupted ? " (stopped before its end)" : "")}");

        Errors(console, report);
        console.Write(Latencies(report));
        console.WriteLine("latency counts from the intended start, service from the real one");
        Lag(console, report);

        if (report.ByTarget.Count > 1)
        {
            console.Write(Targets(report));
        }

        Traces(console, report);

        foreach (var slow in report.Slowest.Where(slow => slow.TraceUrl is not null).Take(SlowestShown))
        {
            console.MarkupLineInterpolated($"  slow: {slow.Ms,8:0.0} ms at {slow.At,6:0.0} s  {slow.TraceUrl}");
        }

        foreach (var requirement in report.Requirements)
        {
            console.MarkupLineInterpolated($"  {(requirement.Met ? "✔" : "✘")} {requirement.Text,-18} measured {requirement.Measured}");
        }
    }

    private static void Errors(IAnsiConsole console, LoadReport report)
    {
        var totals = report.Totals;
        var kinds = string.Join(", ", report.Errors.Select(error => $"{error.Key} {error.Value}"));
        console.MarkupLineInterpolated($"{totals.Failed} errors ({Text(totals.ErrorShare * 100, "0.##")} %){(kinds.Length > 0 ? ": " : "")}{kinds}; {totals.Degraded} answered without every vote; {totals.Unfinished} cut off");
    }

    private static Table Latencies(LoadReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn("ms");

        foreach (var name in (string[])["min", "mean", "p50", "p75", "p90", "p95", "p99", "p99.9", "max"])
        {
            // Nine of them are as wide as 80 columns allow.
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap().PadLeft(0));
        }

        Add(table, "latency", report.Latency);
        Add(table, "service", report.Service);
        return table;
    }

    private static void Add(Table table, string name, Percentiles row) => table.AddRow(
        [name, .. new[] { row.Min, row.Mean, row.P50, row.P75, row.P90, row.P95, row.P99, row.P999, row.Max }.Select(value => Text(value, value < 100 ? "0.0" : "0"))]);

    private static void Lag(IAnsiConsole console, LoadReport report)
    {
        // A generator that cannot keep up measures itself: the reader must know.
        if (report.Lag.P99 > 10)
        {
            console.MarkupLineInterpolated(
                $"[yellow]The generator itself was late: p99 {Text(report.Lag.P99, "0.0")} ms. The machine has no room for it; its lateness is in the latency, not in the service time.[/]");
        }
    }

    private static Table Targets(LoadReport report)
    {
        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn("address");

        foreach (var name in (string[])["answered", "errors", "p50", "p95", "p99"])
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (var row in report.ByTarget)
        {
            table.AddRow(Markup.Escape(row.Target), $"{row.Answered}", $"{row.Failed}", Text(row.P50, "0.0"), Text(row.P95, "0.0"), Text(row.P99, "0.0"));
        }

        return table;
    }

    private static void Traces(IAnsiConsole console, LoadReport report)
    {
        if (report.TracesNotChecked is { } reason)
        {
            console.MarkupLineInterpolated($"[yellow]{reason}[/]");
        }

        if (report.Traces is not { } traces)
        {
            return;
        }

        console.MarkupLineInterpolated($"Traces: {traces.Checked} checked, {traces.Complete} complete, {traces.Incomplete} incomplete, {traces.Missing} missing{(traces.Evicted > 0 ? $", {traces.Evicted} no longer in the full store" : "")}{(traces.Left > 0 ? $"; {traces.Left} not looked at" : "")}");

        foreach (var (span, count) in traces.MissingSpans)
        {
            console.MarkupLineInterpolated($"  [red]{count} × missing: {span}[/]");
        }

        if (traces.Path.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Rounded).BorderColor(Color.Grey).AddColumn("where the time went, ms");

        foreach (var name in (string[])["mean", "p50", "p95"])
        {
            table.AddColumn(new TableColumn(name).RightAligned().NoWrap());
        }

        foreach (var stage in traces.Path)
        {
            table.AddRow(stage.Stage, Text(stage.Mean, "0.00"), Text(stage.P50, "0.00"), Text(stage.P95, "0.00"));
        }

        console.Write(table);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
