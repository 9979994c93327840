using System.Globalization;

namespace InferenceTracing.Drills.Outages;

/// <summary>What a drill measured, a line for each thing that must hold.</summary>
internal sealed record OutageResult(string Drill, IReadOnlyList<OutageFigure> Figures)
{
    /// <summary>How long judging what has piled up may take.</summary>
    public static readonly TimeSpan MostToCatchUp = TimeSpan.FromMinutes(5);

    // Of the usual, while judgements are caught up with.
    private const double MostWhileCatchingUp = 1.25;

    // Of what the edge's own work takes, while the cluster is away.
    private const double MostWhileAway = 1.5;

    private const int Examples = 3;

    public bool Holds => Figures.All(figure => figure.Holds);

    public static OutageResult OfCut(string drill, OutagePhases phases, JudgementCount judgements)
    {
        var answers = phases.Answers;
        var refused = answers.Where(answer => answer.Status != 200).ToList();
        // Nobody listens while an edge that was killed starts again, and its first photographs are slow, so that more come than it has places for.
        var isKilled = drill == "kill-edge";
        var wrong = isKilled ? refused.Count(answer => answer.Status is not (0 or 503)) : refused.Count;
        var late = OutagePhases.P95(phases.CatchingUp) / OutagePhases.P95(phases.Before);
        var away = OutagePhases.P95(phases.Away) / OutagePhases.OwnP95(phases.Away);

        List<OutageFigure> figures =
        [
            new("photographs", $"{answers.Count} sent, {answers.Count(answer => answer.Status == 200)} answered, {answers.Count(answer => answer.ByTheEdge is not null)} of them by the edge{Kinds(refused)}", isKilled ? "all but while it starts" : "all answered", wrong == 0),
            new("provisional answers in the outbox", $"{judgements.Queued} of {answers.Count(answer => answer.Provisional)}", "all", judgements.Queued == answers.Count(answer => answer.Provisional)),
            new("judged", $"{judgements.Queued - judgements.Unjudged}, {judgements.Twice} of them twice, the last {Text((phases.CaughtUp - phases.Mended).TotalSeconds)} s after the link was back", "all, once, within 300 s", judgements is { Unjudged: 0, Twice: 0 } && phases.CaughtUp - phases.Mended <= MostToCatchUp),
        ];

        if (isKilled)
        {
            // The spans of its last second die with it.
            return new OutageResult(drill, figures);
        }

        return new OutageResult(drill,
        [
            .. figures,
            new("traces of both", $"{judgements.Broken.Count} not whole{string.Concat(judgements.Broken.Take(Examples).Select(example => $"; {example}"))}", "all whole", judgements.Broken.Count == 0),
            new("p95 while it is away", $"{Milliseconds(OutagePhases.P95(phases.Away))}, {Text(away)} × that of the edge's own work", $"≤ {Text(MostWhileAway)}", away <= MostWhileAway),
            new("p95 of live photographs meanwhile", $"{Milliseconds(OutagePhases.P95(phases.CatchingUp))}, {Text(late)} × the usual {Milliseconds(OutagePhases.P95(phases.Before))}", $"≤ {Text(MostWhileCatchingUp)}", late <= MostWhileCatchingUp),
        ]);
    }

    public static OutageResult OfOverload(string drill, IReadOnlyCollection<PhotoAnswer> answers)
    {
        var refused = answers.Where(answer => answer.Status != 200).ToList();
        var byTheEdge = answers.Where(answer => answer.ByTheEdge is not null).ToList();
        var unmarked = byTheEdge.Count(answer => !answer.Provisional);

        return new OutageResult(drill,
        [
            new("photographs", $"{answers.Count} sent, {answers.Count(answer => answer.Status == 200)} answered{Kinds(refused)}", "all answered", refused.Count == 0),
            new("by the edge", $"{byTheEdge.Count}: {string.Join(", ", byTheEdge.GroupBy(answer => answer.ByTheEdge).Select(kind => $"{kind.Count()} {kind.Key}"))}; {unmarked} not marked", "the excess, all marked", byTheEdge.Count > 0 && unmarked == 0),
        ]);
    }

    public override string ToString() => string.Join(Environment.NewLine, Figures.Select(figure => $"{Drill}: {figure.Name}: {figure.Measured}; wanted {figure.Wanted}: {(figure.Holds ? "holds" : "DOES NOT HOLD")}"));

    private static string Kinds(IEnumerable<PhotoAnswer> refused) => string.Concat(refused.GroupBy(answer => $"{answer.Status} {answer.Reason}").Select(kind => $", {kind.Count()} × {kind.Key}"));

    private static string Text(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);

    private static string Milliseconds(double milliseconds) => string.Create(CultureInfo.InvariantCulture, $"{milliseconds:0} ms");
}

/// <summary>A thing that must hold.</summary>
internal sealed record OutageFigure(string Name, string Measured, string Wanted, bool Holds);

/// <summary>The photographs of a drill by when they were sent.</summary>
internal sealed record OutagePhases(IReadOnlyCollection<PhotoAnswer> Answers, DateTimeOffset Cut, DateTimeOffset Mended, DateTimeOffset CaughtUp)
{
    public IEnumerable<PhotoAnswer> Before => Answers.Where(answer => answer.At < Cut);

    public IEnumerable<PhotoAnswer> Away => Answers.Where(answer => answer.At >= Cut && answer.At < Mended);

    public IEnumerable<PhotoAnswer> CatchingUp => Answers.Where(answer => answer.At >= Mended && answer.At < CaughtUp && answer.ByTheEdge is null);

    /// <summary>Milliseconds until the answer.</summary>
    public static double P95(IEnumerable<PhotoAnswer> phase) => P95(phase, answer => answer.Elapsed);

    /// <summary>The same without the wait for the cluster.</summary>
    public static double OwnP95(IEnumerable<PhotoAnswer> phase) => P95(phase, answer => answer.Elapsed - answer.AtCluster);

    private static double P95(IEnumerable<PhotoAnswer> phase, Func<PhotoAnswer, TimeSpan> time)
    {
        var times = phase.Where(answer => answer.Status == 200).Select(answer => time(answer).TotalMilliseconds).Order().ToList();
        return times.Count == 0 ? double.NaN : times[Math.Max(0, (int)Math.Ceiling(0.95 * times.Count) - 1)];
    }
}
