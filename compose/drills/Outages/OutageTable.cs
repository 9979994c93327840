using System.Globalization;
using System.Text;

namespace InferenceTracing.Drills.Outages;

/// <summary>The results as a table of Markdown.</summary>
internal static class OutageTable
{
    /// <summary>Where a document has it.</summary>
    public static DocumentPlace Place { get; } = new("outages");

    public static string Write(IReadOnlyCollection<OutageResult> results, string measured)
    {
        var text = new StringBuilder();
        text.AppendLine(measured).AppendLine();
        text.AppendLine("| drill | figure | measured | wanted | verdict |");
        text.AppendLine("| --- | --- | --- | --- | --- |");

        foreach (var result in results)
        {
            foreach (var figure in result.Figures)
            {
                text.AppendLine(CultureInfo.InvariantCulture, $"| {result.Drill} | {figure.Name} | {figure.Measured} | {figure.Wanted} | {(figure.Holds ? "holds" : "**does not hold**")} |");
            }
        }

        return text.ToString();
    }
}
