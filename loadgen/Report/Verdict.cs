using System.Globalization;
using System.Text.Json.Serialization;
using InferenceTracing.LoadGenerator.Requirements;

namespace InferenceTracing.LoadGenerator.Report;

/// <summary>What the run comes to: good only where all is well, whatever the requirements were.</summary>
/// <param name="State">Good, remarkable or bad; the last is exit code 1.</param>
/// <param name="Text">In a few words.</param>
/// <param name="Remarks">What is not as it should be, a line each.</param>
internal sealed record Verdict(VerdictState State, string Text, IReadOnlyList<string> Remarks)
{
    // A generator that is late by more than this measures itself as well.
    private const double LateMilliseconds = 10;

    // Answers that the edge is to give by itself.
    private static readonly string[] AsMeant = ["confident", "edge_only"];

    public static Verdict Of(RunRecord run, IReadOnlyCollection<RequirementResult> requirements)
    {
        var missed = requirements.Where(requirement => !requirement.Met).Select(requirement => $"{requirement.Text} is missed: {requirement.Measured}").ToList();
        List<string> bad = [.. missed, .. Bad(run)];
        List<string> remarks = [.. bad, .. Remarkable(run)];

        return (bad.Count, remarks.Count) switch
        {
            (0, 0) => new Verdict(VerdictState.Good, requirements.Count > 0 ? "All requirements met" : "All answered, all whole", remarks),
            (0, _) => new Verdict(VerdictState.Remarkable, requirements.Count > 0 ? "Requirements met, but look" : "Answered, but look", remarks),
            _ when missed.Count > 0 => new Verdict(VerdictState.Bad, $"{missed.Count} of {requirements.Count} requirements missed", remarks),
            _ => new Verdict(VerdictState.Bad, "Not shown to work", remarks),
        };
    }

    private static IEnumerable<string> Bad(RunRecord run)
    {
        if (run.Measured.Answered == 0)
        {
            yield return "nothing was answered";
        }

        if (run.Traces is null && run.Scenario is { MustCheckTraces: true, CheckTraces: > 0 })
        {
            yield return run.TracesNotChecked ?? "the traces that were to be checked were not";
        }
    }

    private static IEnumerable<string> Remarkable(RunRecord run)
    {
        var (measured, traces) = (run.Measured, run.Traces);

        if (measured.Failed > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{measured.Failed} of {measured.Answered + measured.Failed} requests failed: {Counts(measured.Errors)}");
        }

        if (measured.Degraded > 0)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{measured.Degraded} of {measured.Answered} answers lack a member's vote: {Counts(measured.LeftOut)}");
        }

        if (measured.ByTheEdge.Where(why => !AsMeant.Contains(why.Key)).ToDictionary() is { Count: > 0 } instead)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"{instead.Values.Sum()} of {measured.Answered} answers are the edge's in the cluster's place: {Counts(instead)}");
        }

        if (traces is not null && traces.Complete < traces.Checked - traces.Evicted)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"of {traces.Checked} traces {traces.Incomplete} are incomplete and {traces.Missing} missing");
        }

        if (measured.Lag.Percentile(99).TotalMilliseconds > LateMilliseconds)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"the generator itself was late, p99 {measured.Lag.Percentile(99).TotalMilliseconds:0.0} ms: the machine has no room for it; its lateness is in the latency, not in the service time");
        }

        if (measured.Interrupted)
        {
            yield return string.Create(CultureInfo.InvariantCulture, $"stopped before its end; {measured.Unfinished} requests were cut off");
        }
    }

    private static string Counts(IReadOnlyDictionary<string, long> kinds) => string.Join(", ", kinds.Select(kind => $"{kind.Key} {kind.Value}"));
}

/// <summary>How a run went.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VerdictState>))]
internal enum VerdictState
{
    /// <summary>Every requirement holds, every request was answered by every member, every trace that was looked at is whole.</summary>
    Good,

    /// <summary>Every requirement holds, and something is worth a look.</summary>
    Remarkable,

    /// <summary>A requirement is missed, or nothing was shown to work.</summary>
    Bad,
}
