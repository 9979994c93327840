using System.Globalization;
using System.Text;

namespace InferenceTracing.Drills;

/// <summary>What was sent, what arrived, and what was lost, in a few lines.</summary>
internal static class Report
{
    private const int Examples = 3;

    public static string Write(Drill drill, IReadOnlyCollection<PhotoAnswer> answers, DateTimeOffset broken, DateTimeOffset mended, TraceCount count)
    {
        var text = new StringBuilder();
        Line($"{drill.Name}");
        Line($"  photographs   sent {answers.Count}, answered {answers.Count(a => a.Status == 200)} ({answers.Count(a => a.Degraded)} degraded), not answered by the edge at all {answers.Count(a => a.Status == 0)}");
        Phase("before", answers.Where(a => a.At < broken));
        Phase("while broken", answers.Where(a => a.At >= broken && a.At < mended));
        Phase("after", answers.Where(a => a.At >= mended));

        if (answers.Where(a => a.At >= mended && a.Status == 200).Select(a => a.At).DefaultIfEmpty().Min() is var back && back != default)
        {
            Line($"  recovery      answered again {Math.Max(0, (back - mended).TotalSeconds):0.0} s after it was mended");
        }

        Line($"  traces        begun {answers.Count(a => a.TraceId is not null)}, arrived {count.Arrived}, whole {count.Whole} of {answers.Count(a => a is { Status: 200, Degraded: false })}, with gaps {count.Broken.Count}, lost {count.Lost.Count}");

        foreach (var example in count.Lost.Take(Examples).Select(id => $"lost {id}").Concat(count.Broken.Take(Examples)))
        {
            Line($"    {example}");
        }

        return text.ToString();

        void Line(FormattableString line) => text.AppendLine(line.ToString(CultureInfo.InvariantCulture));

        void Phase(string name, IEnumerable<PhotoAnswer> phase)
        {
            foreach (var outcome in phase.GroupBy(a => a.Status == 200 ? "200" : $"{a.Status} {a.Reason}").OrderBy(group => group.Key, StringComparer.Ordinal))
            {
                var times = outcome.Select(a => a.Elapsed.TotalMilliseconds).Order().ToList();
                Line($"  {name,-13} {outcome.Key}: {times.Count}, median {times[times.Count / 2]:0} ms, slowest {times[^1]:0} ms");
            }
        }
    }
}
