using System.Globalization;
using System.Text;

namespace InferenceTracing.Drills.Collectors;

/// <summary>The results as a table of Markdown.</summary>
internal static class ScenarioTable
{
    /// <summary>Where a document has it.</summary>
    public static DocumentPlace Place { get; } = new("collectors");

    public static string Write(IReadOnlyCollection<ScenarioResult> results, string measured)
    {
        var text = new StringBuilder();
        text.AppendLine(measured).AppendLine();
        text.AppendLine("| broken | for | sent | answered | whole | refused | incomplete | lost | spans doubled | all there after | second store | why not 0 |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");

        foreach (var result in results)
        {
            var first = result.First;
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {result.Scenario.Description} | {result.Scenario.Outage.TotalSeconds:0} s | {result.Answers.Count} | {result.Answered} | {first.Traces.Whole} | {result.Refused} | {first.Incomplete} | {first.Lost} | {first.Doubled} | {result.Complete.TotalSeconds:0} s | {Second(result.Second)} | {Reason(result)} |");
        }

        return text.ToString();
    }

    private static string Second(Stored second) => second.IsClean ? "the same" : second.ToString();

    private static string Reason(ScenarioResult result) => result.First is { Incomplete: 0, Lost: 0 }
        ? string.Join(' ', Reasons(result).Distinct())
        : "Not known: not expected.";

    private static IEnumerable<string> Reasons(ScenarioResult result)
    {
        if (!result.First.IsClean)
        {
            yield return CollectorScenario.UnderWay;
        }

        if (!result.Second.IsClean)
        {
            yield return result.Scenario.InSecondStore;
        }
    }
}
