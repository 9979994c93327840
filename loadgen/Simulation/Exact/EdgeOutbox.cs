using InferenceTracing.Preprocessing.Outbox;

namespace InferenceTracing.LoadGenerator.Simulation.Exact;

/// <summary>Answers of one edge that the cluster has yet to judge, and how it has them judged: at its rate, after its pause, not before its moment.</summary>
internal sealed class EdgeOutbox(EventRun run, EdgeSite site)
{
    // While it lets live photographs go first it looks again after so many seconds, as the edge's judge does.
    private const double Look = 0.02;

    // What a caller that nothing tells to wait waits all the same, in seconds: the answer must be read.
    private const double Impatience = 0.02;

    private readonly JudgePace _pace = new(
        TimeSpan.FromSeconds(site.Plan.Outbox.PerSecond > 0 ? 1 / site.Plan.Outbox.PerSecond : 0), site.Plan.Outbox.ReturnWithin, run.Random);

    private int _entries, _underWay, _senders;
    private double _notBefore;

    /// <summary>Those under way too.</summary>
    public int Entries => _entries + _underWay;

    /// <summary>Answers that went unjudged because the outbox was full.</summary>
    public long Dropped { get; private set; }

    public void Add()
    {
        if (Entries >= site.Plan.Outbox.Entries)
        {
            Dropped++;
            return;
        }

        _entries++;
        run.OutboxEntries++;
        Start();
    }

    /// <summary>The link is back: it begins at its own moment.</summary>
    public void Restored()
    {
        _notBefore = run.Events.Now + _pace.Returned().TotalSeconds;
        run.Events.At(_notBefore, Start);
    }

    private void Start()
    {
        var most = site.Plan.Outbox.PerSecond > 0 ? 1 : site.Plan.Outbox.Parallel;

        while (run.Events.Now >= _notBefore && _senders < Math.Min(most, Entries))
        {
            _senders++;
            Next();

            if (!run.IsUp(site.Edges))
            {
                return;
            }
        }
    }

    private void Next() => Next(run.Events.Now);

    private void Next(double since)
    {
        if (_entries == 0 || !run.IsUp(site.Edges))
        {
            _senders--;
            return;
        }

        if (site.Plan.Outbox is { Paced: true, PerSecond: > 0 } paced
            && (run.Events.Now - site.RefusedAt < JudgePace.AfterOverload.TotalSeconds || (site.AtCluster > JudgePace.FewLive && run.Events.Now - since < JudgePace.LongestYield / paced.PerSecond)))
        {
            run.Events.After(Look, () => Next(since));
            return;
        }

        _entries--;
        _underWay++;
        run.Tally.Send();
        var (costs, asked) = (run.Plan.Units!.Edge, run.Events.Now);
        site.Work(
            costs.Judge.Draw(run.Random) + (costs.Rest.Draw(run.Random) / 2),
            () => run.Cluster.Ask(site, asked + run.Plan.Cluster.Deadline.TotalSeconds, isLive: false, answer => Answered(answer, asked)));
    }

    private void Answered(ClusterAnswer answer, double asked)
    {
        _underWay--;

        if (answer is ClusterAnswer.Whole or ClusterAnswer.Degraded && run.IsUp(site.Edges))
        {
            run.OutboxEntries--;
            run.Tally.Judge();
            _pace.Answered();
            run.Events.After(site.Plan.Outbox.PerSecond > 0 ? Math.Max(0, _pace.Pause.TotalSeconds - (run.Events.Now - asked)) : 0, Next);
            return;
        }

        _entries++;
        run.Events.After(site.Plan.Outbox.Paced ? _pace.Refused(run.Plan.Cluster.RetryAfter).TotalSeconds : Impatience, Next);
    }
}
