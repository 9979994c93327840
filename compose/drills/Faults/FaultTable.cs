using System.Globalization;
using System.Text;

namespace InferenceTracing.Drills.Faults;

/// <summary>The results as a table of Markdown.</summary>
internal static class FaultTable
{
    /// <summary>Where a document has it.</summary>
    public static DocumentPlace Place { get; } = new("faults");

    public static string Write(IReadOnlyCollection<FaultResult> results, string measured)
    {
        var text = new StringBuilder();
        text.AppendLine(measured).AppendLine();
        text.AppendLine("| drill | load | answered | refused | failed | traces lost | p95 usual | p95 during | memory, peak and after | verdict |");
        text.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");

        foreach (var result in results)
        {
            var figures = result.Figures;
            text.AppendLine(CultureInfo.InvariantCulture,
                $"| {result.Fault.Description} | {result.Load} | {figures.Answered} | {figures.Refused} | {figures.Failed} | {figures.LostTraces} | {Milliseconds(figures.UsualP95)} | {Milliseconds(figures.P95During)} | {Memory(result)} | {Verdict(result)} |");
        }

        return text.ToString();
    }

    private static string Milliseconds(TimeSpan time) => time == TimeSpan.Zero ? "" : string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms");

    private static string Memory(FaultResult result) => $"{result.Fault.Watched} {result.Figures.Memory.Peak >> 20}, {result.Figures.Memory.After >> 20} MiB";

    private static string Verdict(FaultResult result) => result.Holds ? "holds" : $"**{string.Join("; ", result.Problems.Concat(result.Delays))}**";
}
