namespace InferenceTracing.LoadGenerator.Simulation.Exact;

/// <summary>Answers of one edge that the cluster has yet to judge, and how it has them judged: at its rate, after its pause, not before its moment.</summary>
internal sealed class EdgeOutbox(EventRun run, EdgeSite site)
{
    // What a caller that nothing tells to wait waits all the same, in seconds: the answer must be read.
    private const double Impatience = 0.02;

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
#pragma warning disable CA5394 // Chance, not secrecy.
        _notBefore = run.Events.Now + (run.Random.NextDouble() * site.Plan.Outbox.Jitter.TotalSeconds);
#pragma warning restore CA5394
        run.Events.At(_notBefore, Start);
    }

    private void Start()
    {
        var most = site.Plan.Outbox.PerSecond > 0 ? 1 : site.Plan.Outbox.Parallel;

        while (run.Events.Now >= _notBefore && _senders < Math.Min(most, Entries))
        {
            _senders++;
            Next(refusals: 0);

            if (!run.IsUp(site.Edges))
            {
                return;
            }
        }
    }

    private void Next(int refusals)
    {
        if (_entries == 0 || !run.IsUp(site.Edges))
        {
            _senders--;
            return;
        }

        _entries--;
        _underWay++;
        run.Tally.Send();
        var plan = site.Plan.Outbox;

        run.Cluster.Ask(site, run.Events.Now + run.Plan.Cluster.Deadline.TotalSeconds, isLive: false, answer =>
        {
            _underWay--;

            if (answer is ClusterAnswer.Whole or ClusterAnswer.Degraded && run.IsUp(site.Edges))
            {
                run.OutboxEntries--;
                run.Tally.Judge();
                run.Events.After(plan.PerSecond > 0 ? 1 / plan.PerSecond : 0, () => Next(0));
                return;
            }

            _entries++;
#pragma warning disable CA5394 // Chance, not secrecy.
            var pause = plan.HonoursRetryAfter ? run.Plan.Cluster.RetryAfter.TotalSeconds * Math.Min(plan.BackOff, Math.Pow(2, refusals)) * (1 + run.Random.NextDouble()) : Impatience;
#pragma warning restore CA5394
            run.Events.After(pause, () => Next(refusals + 1));
        });
    }
}
