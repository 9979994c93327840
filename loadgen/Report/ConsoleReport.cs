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

        console.Write(Outcomes(report));
        console.Write(Latencies(report));
        console.WriteLine("latency counts from the intended start, service from the real one");

        if (report.ByTarget.Count > 1)
        {
            console.Write(Groups("address", report.ByTarget));
        }

        if (report.ByPhotograph.Count > 1)
        {
            console.Write(Groups($"slowest photographs of {report.ByPhotograph.Count}", [.. report.ByPhotograph.OrderByDescending(row => row.P95).Take(SlowestShown)]));
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

        if (report.Compared is { } compared)
        {
            Compared(console, compared);
        }

        Verdict(console, report.Verdict);
    }

    /// <summary>Every request that ended, by what became of it.</summary>
    private static Table Outcomes(LoadReport report)
    {
        var totals = report.Totals;
        var ended = totals.Answered + totals.Failed;
        var table = Table("what became of the requests", "requests", "share");
        Add("answered by every member", totals.Answered - totals.Degraded - report.ByTheEdge.Values.Sum());

        foreach (var (why, count) in report.ByTheEdge)
        {
            Add($"answered by the edge: {why}", count);
        }

        foreach (var (missing, count) in report.LeftOut)
        {
            Add($"answered without {missing}", count);
        }

        foreach (var (error, count) in report.Errors)
        {
            Add(error, count);
        }

        if (totals.Unfinished > 0)
        {
            table.AddRow("cut off", $"{totals.Unfinished}", "");
        }

        return table;

        void Add(string outcome, long count) =>
            table.AddRow(Markup.Escape(outcome), $"{count}", ended == 0 ? "" : Text(100.0 * count / ended, "0.##") + " %");
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

    private static Table Groups(string name, IReadOnlyList<GroupRow> rows)
    {
        var table = Table(name, "answered", "without every vote", "errors", "p50", "p95", "p99");

        foreach (var row in rows)
        {
            table.AddRow(Markup.Escape(row.Name), $"{row.Answered}", $"{row.Degraded}", $"{row.Failed}", Text(row.P50, "0.0"), Text(row.P95, "0.0"), Text(row.P99, "0.0"));
        }

        return table;
    }

    private static void Compared(IAnsiConsole console, Comparison compared)
    {
        var table = Table($"beside the run of {compared.Started.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} UTC", "then", "now", "change");

        foreach (var row in compared.Rows)
        {
            var change = row.Change is { } share ? Text(share * 100, "+0.0;-0.0;0.0") + " %" : "";
            table.AddRow(
                Markup.Escape(row.Name), $"{Text(row.Before, "0.##")} {row.Unit}", $"{Text(row.Now, "0.##")} {row.Unit}",
                row.Better is { } better ? $"[{(better ? "green" : "red")}]{change}[/]" : change);
        }

        console.Write(table);

        foreach (var difference in compared.Differences)
        {
            console.MarkupLineInterpolated($"[yellow]  not the same {difference}[/]");
        }
    }

    private static void Verdict(IAnsiConsole console, Verdict verdict)
    {
        var (sign, colour) = verdict.State switch
        {
            VerdictState.Good => ("✔", "green"),
            VerdictState.Remarkable => ("!", "yellow"),
            _ => ("✘", "red"),
        };
        console.MarkupLine($"[{colour}]{sign} {Markup.Escape(verdict.Text)}{(verdict.Remarks.Count > 0 ? ":" : "")}[/]");

        foreach (var remark in verdict.Remarks)
        {
            console.MarkupLine($"  [{colour}]{Markup.Escape(remark)}[/]");
        }
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

        var table = Table("where the time went, ms", "mean", "p50", "p95");

        foreach (var stage in traces.Path)
        {
            table.AddRow(stage.Stage, Text(stage.Mean, "0.00"), Text(stage.P50, "0.00"), Text(stage.P95, "0.00"));
        }

        console.Write(table);
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
