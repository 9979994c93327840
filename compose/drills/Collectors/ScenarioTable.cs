using System.Globalization;
using System.Text;

namespace InferenceTracing.Drills.Collectors;

/// <summary>The results as a table of Markdown, and its place in a document.</summary>
internal static class ScenarioTable
{
    private const string Begin = "<!-- collectors: written by the drill -->", End = "<!-- collectors: end -->";

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

    /// <summary>Puts <paramref name="table"/> between the marks of <paramref name="document"/>.</summary>
    /// <exception cref="DrillException">It has none.</exception>
    public static void Replace(string document, string table)
    {
        var (before, after) = Around(document);
        File.WriteAllText(document, $"{before}{Begin}{Environment.NewLine}{table}{after}");
    }

    /// <summary>What the document has before and after the table.</summary>
    /// <exception cref="DrillException">It has no place for one.</exception>
    public static (string Before, string After) Around(string document)
    {
        var text = File.Exists(document) ? File.ReadAllText(document) : "";
        var begin = text.IndexOf(Begin, StringComparison.Ordinal);
        var end = text.IndexOf(End, StringComparison.Ordinal);

        return begin >= 0 && end > begin
            ? (text[..begin], text[end..])
            : throw new DrillException($"{document} has no place for the table, which is between the lines {Begin} and {End}.");
    }
}
