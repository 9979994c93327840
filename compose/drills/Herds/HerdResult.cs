using System.Globalization;
using InferenceTracing.Drills.Outages;

namespace InferenceTracing.Drills.Herds;

/// <summary>What of a herd must hold.</summary>
internal static class HerdResult
{
    // Of the usual, while all devices catch up.
    private const double MostWhileCatchingUp = 1.5;

    // Live photographs that the edge may answer in the cluster's place meanwhile, beyond the share that it does in any case.
    private const double MostByTheEdge = 0.01;

    // The moment in which all of them come back.
    private static readonly TimeSpan Return = TimeSpan.FromSeconds(10);

    public static OutageResult Of(string drill, HerdOutcome run)
    {
        List<PhotoAnswer> usual = [.. run.Live.Where(answer => (answer.At >= run.Usual && answer.At < run.Cut) || answer.At >= run.UsualAgain)];
        List<PhotoAnswer> meanwhile = [.. run.Live.Where(answer => answer.At >= run.Mended && answer.At < run.CaughtUp)];
        var (unanswered, byTheEdge, usually) = (meanwhile.Count(answer => answer.Status != 200), ByTheEdge(meanwhile), ByTheEdge(usual));

        return new OutageResult(drill,
        [
            new("answers in the outboxes", $"{run.Kept} of {run.Answered}", "all", run.Kept == run.Answered),
            new(
                "judged", $"{run.Kept - run.Unjudged} of {run.Kept}, {run.NotOnce} of them not just once, {run.Dropped} given up, the last {Text((run.CaughtUp - run.Mended).TotalSeconds)} s after the link was back", "all, once",
                run is { Unjudged: 0, NotOnce: 0, Dropped: 0 }),
            new(
                "refusals", $"{run.Refused} of {run.Asked} questions, {run.TooEarly} times the device came back sooner than it was told; {run.Unanswered} more without an answer", "none too soon", run.TooEarly == 0),
            new(
                "live photographs meanwhile", $"{meanwhile.Count} sent, {meanwhile.Count - unanswered} answered, {Text(100 * byTheEdge)} % of them by the edge, usually {Text(100 * usually)} %", "all answered, ≤ 1 % more by the edge",
                meanwhile.Count > 0 && unanswered == 0 && byTheEdge <= usually + MostByTheEdge),
            Latency("their p95", meanwhile, usual),
            Latency("in the first ten seconds", [.. meanwhile.Where(answer => answer.At < run.Mended + Return)], usual),
        ]);
    }

    private static double ByTheEdge(IReadOnlyCollection<PhotoAnswer> phase) => (double)phase.Count(answer => answer.ByTheEdge is not null) / Math.Max(1, phase.Count);

    private static OutageFigure Latency(string name, IReadOnlyList<PhotoAnswer> phase, IReadOnlyList<PhotoAnswer> usual)
    {
        var (now, before) = (OutagePhases.P95(phase), OutagePhases.P95(usual));
        return new(name, $"{Text(now)} ms, {Text(now / before)} × the usual {Text(before)} ms", $"≤ {Text(MostWhileCatchingUp)}", now / before <= MostWhileCatchingUp);
    }

    private static string Text(double number) => number.ToString(number >= 10 ? "0" : "0.##", CultureInfo.InvariantCulture);
}
