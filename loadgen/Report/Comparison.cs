using System.Text.Json;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Report;

/// <summary>A run beside an earlier one.</summary>
/// <param name="Name">The earlier run's name.</param>
/// <param name="Started">When it began.</param>
/// <param name="Load">Its load.</param>
/// <param name="Differences">What else was different: load, machine, photographs, … Where there is one, the figures compare more than the system.</param>
/// <param name="Rows">Figure by figure.</param>
/// <param name="Curve">Its percentiles, for the chart.</param>
internal sealed record Comparison(
    string Name, DateTimeOffset Started, string Load, IReadOnlyList<string> Differences, IReadOnlyList<ComparedRow> Rows, IReadOnlyList<CurvePoint> Curve)
{
    private const long LargestFile = 32 << 20;

    /// <summary>The earlier run, as <c>--compare</c> names it.</summary>
    /// <exception cref="UsageException">The file cannot be read, or holds no report.</exception>
    public static LoadReport Read(string path)
    {
        try
        {
            var file = new FileInfo(path);

            if (file is { Exists: true, Length: > LargestFile })
            {
                throw new UsageException($"--compare: {path} is larger than {LargestFile >> 20} MiB, and no report.");
            }

            return JsonSerializer.Deserialize(File.ReadAllText(path), ReportJson.Default.LoadReport) is { Totals: not null, Latency: not null, Load: not null } report
                ? report
                : throw new UsageException($"--compare: {path} holds no report of this program.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"--compare: {failure.Message}");
        }
        catch (JsonException)
        {
            throw new UsageException($"--compare: {path} holds no report of this program.");
        }
    }

    public static Comparison Of(LoadReport now, LoadReport before) => new(
        before.Name,
        before.Started,
        before.Load,
        [.. NotTheSame(now, before)],
        [.. Figures(now, before), .. Stages(now, before)],
        before.Curve ?? []);

    private static IEnumerable<string> NotTheSame(LoadReport now, LoadReport before)
    {
        (string Name, string? Now, string? Before)[] all =
        [
            ("load", now.Load, before.Load),
            ("photographs", now.Photographs, before.Photographs),
            ("members", string.Join(", ", now.Members), string.Join(", ", before.Members ?? [])),
            ("machine", now.Machine, before.Machine),
            ("version of the load generator", now.Version, before.Version),
        ];

        return all.Where(one => one.Now != one.Before).Select(one => $"{one.Name}: {one.Before} → {one.Now}");
    }

    private static IEnumerable<ComparedRow> Figures(LoadReport now, LoadReport before)
    {
        yield return new ComparedRow("answered a second", before.Totals.AnsweredPerSecond, now.Totals.AnsweredPerSecond, "/s", MoreIsBetter: true);
        yield return new ComparedRow("errors", before.Totals.ErrorShare * 100, now.Totals.ErrorShare * 100, "%");
        yield return new ComparedRow("answers without every vote", before.Totals.DegradedShare * 100, now.Totals.DegradedShare * 100, "%");
        yield return new ComparedRow("mean", before.Latency.Mean, now.Latency.Mean, "ms");
        yield return new ComparedRow("p50", before.Latency.P50, now.Latency.P50, "ms");
        yield return new ComparedRow("p95", before.Latency.P95, now.Latency.P95, "ms");
        yield return new ComparedRow("p99", before.Latency.P99, now.Latency.P99, "ms");
        yield return new ComparedRow("max", before.Latency.Max, now.Latency.Max, "ms");
    }

    /// <summary>The stages both runs have, by their means.</summary>
    private static IEnumerable<ComparedRow> Stages(LoadReport now, LoadReport before) =>
        from stage in now.Traces?.Path ?? []
        join earlier in before.Traces?.Path ?? [] on stage.Stage equals earlier.Stage
        select new ComparedRow(stage.Stage, earlier.Mean, stage.Mean, "ms");
}

/// <summary>A figure of two runs.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Before">In the earlier run.</param>
/// <param name="Now">In this one.</param>
/// <param name="Unit">Of both.</param>
/// <param name="MoreIsBetter">False for times and errors.</param>
internal sealed record ComparedRow(string Name, double Before, double Now, string Unit, bool MoreIsBetter = false)
{
    // Two runs of the same system differ by this much on a quiet machine.
    private const double Noise = 0.1;

    /// <summary>Relative to the earlier run; null where that was nought.</summary>
    public double? Change => Before == 0 ? null : Math.Round((Now - Before) / Before, 4);

    /// <summary>True for better, false for worse, null where the difference may be chance.</summary>
    public bool? Better => Math.Abs(Now - Before) <= Noise * Math.Max(Before, Now) ? null : Now > Before == MoreIsBetter;
}
