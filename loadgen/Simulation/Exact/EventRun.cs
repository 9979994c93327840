using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Simulation.Exact;

/// <summary>A plan photograph by photograph, event by event.</summary>
internal sealed class EventRun
{
    // How often parts, backlogs and spans are looked at, in seconds.
    private const double Step = 1;

    private readonly Processor? _shared;
    private readonly List<EdgeSite[]> _sites = [];
    private readonly (double Photographs, double Asked)[] _traced;
    private readonly SpanFlow _spans;
    private readonly BacklogWatch _outboxes;
    private double _senderWorked;

    private EventRun(SimulationPlan plan, Random random)
    {
        (Plan, Random) = (plan, random);
        Tally = new Tally(plan);
        _shared = plan.SharedCores is { } cores ? new Processor(Events, cores, plan.Units!.Waking.Mean / plan.Units.Pieces, plan.Speed) : null;
        Cluster = new EventCluster(plan, Events, _shared, random);
        _spans = new SpanFlow(plan);
        _outboxes = new BacklogWatch(plan);
        _traced = new (double, double)[plan.Edges.Count];
    }

    public SimulationPlan Plan { get; }

    public Random Random { get; }

    public EventQueue Events { get; } = new();

    public Tally Tally { get; }

    public EventCluster Cluster { get; }

    /// <summary>Of all outboxes.</summary>
    public long OutboxEntries { get; set; }

    /// <summary>Photographs that are neither answered nor refused.</summary>
    public long UnderWay { get; set; }

    public static SimulationResult Simulate(SimulationPlan plan, Random random)
    {
        var run = new EventRun(plan, random);

        for (var edges = 0; edges < plan.Edges.Count; edges++)
        {
            run.Populate(edges);
        }

        foreach (var outage in plan.Outages)
        {
            // A moment after its end, at which the link is up for certain.
            run.Events.At((outage.At + outage.For).TotalSeconds + 1e-6, () => run.Restore(outage));
        }

        run.Events.After(Step, run.Look);
        run.Events.RunUntil(plan.Duration.TotalSeconds);
        return run.Result();
    }

    public bool IsUp(int edges)
    {
        foreach (var outage in Plan.Outages)
        {
            if (outage.Covers(Events.Now) && outage.IsOf(Plan.Edges[edges]))
            {
                return false;
            }
        }

        return true;
    }

    public Phase PhaseOf(int edges) => !IsUp(edges) ? Phase.Outage : _outboxes.IsLeft ? Phase.CatchUp : Phase.Usual;

    /// <summary>Work of whoever sends, on the same cores.</summary>
    public void Sender(double seconds, Action ended)
    {
        _senderWorked += seconds;
        _shared!.Run(seconds, ended);
    }

    /// <summary>A photograph's spans have been made.</summary>
    public void Spans(int edges, bool reachedCluster)
    {
        var kept = Plan.Edges[edges].Sampling;
        _traced[edges] = (_traced[edges].Photographs + kept, _traced[edges].Asked + (reachedCluster ? kept : 0));
    }

    /// <summary>The edges of a class, and the first of their photographs.</summary>
    private void Populate(int edges)
    {
        var plan = Plan.Edges[edges];
        var sites = Enumerable.Range(0, plan.Count).Select(_ => new EdgeSite(this, edges, _shared)).ToArray();
        var curve = new RateCurve(plan, Plan.Duration);
        // One sender on the same machine takes its photographs in turn, and so do edges that are told to be even; else each edge has its own.
        var inTurn = plan.Even || Plan.SharedCores is not null;
        var next = 0;
        _sites.Add(sites);
        PlanNext(0);

#pragma warning disable CA5394 // Chance, not secrecy.
        void PlanNext(double from)
        {
            var due = curve.After(from, plan.Even ? 1 : -Math.Log(1 - Random.NextDouble()));
            var number = next++;

            if (double.IsFinite(due))
            {
                Events.At(due, () =>
                {
                    new Journey(this, sites[plan.Even ? number % sites.Length : Random.Next(sites.Length)], inTurn ? number : null).Begin();
                    PlanNext(due);
                });
            }
        }
#pragma warning restore CA5394
    }

    private void Restore(Outage outage)
    {
        foreach (var site in _sites.SelectMany(sites => sites).Where(site => outage.IsOf(site.Plan)))
        {
            site.Outbox.Restored();
        }
    }

    private void Look()
    {
        _shared?.Look(Step);
        Cluster.Pass(Events.Now, Step);
        var work = _spans.Pass(Events.Now, Step, _traced, IsUp);
        _shared?.Run(work, () => { });
        Array.Clear(_traced);
        _outboxes.Look(Events.Now, OutboxEntries, Plan.Outages.Any(outage => outage.Covers(Events.Now)));
        Tally.Look(Events.Now, OutboxEntries, Cluster.Pools.Select(pool => (pool.Name, pool.Replicas)));
        Events.After(Step, Look);
    }

    private SimulationResult Result() => new(Plan, SimulationMethod.Events, Tally, [.. Cluster.Pools, _spans.Collector, _spans.Store], _outboxes, _spans)
    {
        Events = Events.Happened,
        UnderWay = UnderWay,
        EdgeBusy = _sites.SelectMany(sites => sites).Sum(site => site.Worked),
        SenderBusy = _senderWorked,
        SharedBusy = _shared?.Busy,
        OutboxDropped = _sites.SelectMany(sites => sites).Sum(site => (double)site.Outbox.Dropped),
    };
}
