using InferenceTracing.Runner.Fleet;
using Spectre.Console;

namespace InferenceTracing.Runner.Report;

/// <summary>The run in two lines, and what is wrong with a trace that is not whole.</summary>
internal static class ResultSummary
{
    /// <summary>True when every photograph was answered and every trace is complete.</summary>
    public static bool Print(IReadOnlyList<PhotoResult> results, ServicePlan plan)
    {
        var answered = results.Count(result => result.Error is null);
        var whole = results.Count(result => result.Problems.Count == 0);

        var traces = plan.Backend is { } backend
            ? $"their traces sent to {backend.Address} over {backend.Protocol}, and not read back"
            : $"{whole} of {results.Count} traces complete (every span of every hop, each below its parent)";
        AnsiConsole.MarkupLineInterpolated($"{answered} of {results.Count} photographs answered, {traces}.");

        foreach (var result in results.Where(result => result.Problems.Count > 0))
        {
            AnsiConsole.MarkupLineInterpolated($"[red]{result.Photo}[/]: {string.Join("; ", result.Problems)}");
        }

        AnsiConsole.MarkupLineInterpolated($"Logs: {plan.LogFolder}");
        return answered == results.Count && whole == results.Count;
    }
}
