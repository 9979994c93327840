using System.Globalization;
using System.Text;
using InferenceTracing.Benchmarks.Measures;
using InferenceTracing.Benchmarks.Running;
using InferenceTracing.Terminal;

namespace InferenceTracing.Benchmarks.Results;

/// <summary>A benchmark's findings as Markdown, with the day and the machine.</summary>
internal static class PerformanceSection
{
    public static string Write(IBenchmark benchmark, Findings findings, Bench bench, DateTimeOffset now)
    {
        var text = new StringBuilder();
        var verdict = findings.Met switch { true => " **Met.**", false => " **Not met.**", null => "" };

        text.AppendLine(CultureInfo.InvariantCulture, $"## {benchmark.Name}");
        text.AppendLine();
        text.AppendLine(benchmark.Question);
        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{findings.Headline}{verdict}");

        foreach (var table in findings.Tables)
        {
            text.AppendLine();
            text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", table.Head)} |");
            text.AppendLine(CultureInfo.InvariantCulture, $"|{string.Concat(Enumerable.Repeat(" --- |", table.Head.Count))}");

            foreach (var row in table.Rows)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"| {string.Join(" | ", row)} |");
            }
        }

        text.AppendLine();
        text.AppendLine(CultureInfo.InvariantCulture, $"{now:yyyy-MM-dd}, {Machine.Description}; {bench.Photos.Count} photographs; {bench.Effort.Pairs} pairs of {bench.Effort.Slice.TotalSeconds:0} s.");
        return text.ToString();
    }
}
