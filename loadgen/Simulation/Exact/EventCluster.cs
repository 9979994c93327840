using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Simulation.Exact;

/// <summary>The way of one request through the cluster: the link, a gateway, an ensemble, all members at once, and back.</summary>
internal sealed class EventCluster
{
    private readonly EventQueue _events;
    private readonly Random _random;
    private readonly UnitCosts _costs;
    private readonly int _backgroundAtOnce;
    private readonly ReplicaPool _gateway, _ensemble;
    private readonly IReadOnlyList<(MemberCosts Costs, ReplicaPool Pool)> _members;
    private readonly IReadOnlyList<(PoolWatch Watch, ReplicaPool Pool)> _pools;
    private readonly double[] _worked;

    /// <param name="plan">What is simulated.</param>
    /// <param name="events">Simulated time.</param>
    /// <param name="shared">The machine that everything is on; null where every replica has its own.</param>
    /// <param name="random">Chance.</param>
    public EventCluster(SimulationPlan plan, EventQueue events, Processor? shared, Random random)
    {
        (_events, _random, _costs, _backgroundAtOnce) = (events, random, plan.Units!, plan.Cluster.BackgroundAtOnce);
        var parts = ClusterParts.Of(plan);
        _pools = [.. parts.Select(part => (
            new PoolWatch(part.Name, part.Plan),
            new ReplicaPool(part.Plan.Replicas, () => new Station(events, shared ?? new Processor(events, part.Plan.Cores), part.Shape, images => part.Work(images, random)), random)))];
        (_gateway, _ensemble) = (_pools[0].Pool, _pools[1].Pool);
        _members = [.. parts.Skip(2).Select((part, index) => (_costs.Members[part.Name], _pools[index + 2].Pool))];
        _worked = new double[_pools.Count];
    }

    public IEnumerable<PoolWatch> Pools => _pools.Select(pool => pool.Watch);

    public void Ask(EdgeSite site, double deadline, bool isLive, Action<ClusterAnswer> done)
    {
        var half = site.Plan.Link.RoundTrip.Draw(_random) / 2;

        site.Send(_costs.RequestBytes, half + Hop(), () =>
        {
            var gateway = _gateway.Any();
            var isHeld = !isLive && _backgroundAtOnce > 0;

            if (isHeld && gateway.Background >= _backgroundAtOnce)
            {
                gateway.Refuse(new Visit(deadline, isLive, end => Back(Failed(end))));
                return;
            }

            gateway.Background += isHeld ? 1 : 0;
            gateway.Enter(new Visit(deadline, isLive, end =>
            {
                if (end == VisitEnd.Served)
                {
                    _events.After(Hop(), () => AskEnsemble(deadline, isLive, Leave));
                }
                else
                {
                    Leave(Failed(end));
                }
            }));

            void Leave(ClusterAnswer answer)
            {
                gateway.Background -= isHeld ? 1 : 0;
                Back(answer);
            }
        });

        void Back(ClusterAnswer answer) => _events.After(half, () => done(answer));
    }

    /// <summary>A second has passed: what the parts worked in it, and how many replicas they have from now on.</summary>
    public void Pass(double now, double seconds)
    {
        for (var part = 0; part < _pools.Count; part++)
        {
            var (watch, pool) = _pools[part];
            pool.Resize(watch.Pass(now, seconds, pool.Worked - _worked[part]));
            _worked[part] = pool.Worked;
            watch.Refused = pool.Refused;
        }
    }

    private static ClusterAnswer Failed(VisitEnd end) => end == VisitEnd.Expired ? ClusterAnswer.Expired : ClusterAnswer.Refused;

    private double Hop() => _costs.Hop.Draw(_random);

    private void AskEnsemble(double deadline, bool isLive, Action<ClusterAnswer> done) => _ensemble.Any().Enter(new Visit(deadline, isLive, end =>
    {
        if (end != VisitEnd.Served)
        {
            done(Failed(end));
            return;
        }

        var (left, votes, last) = (_members.Count, 0, VisitEnd.Served);

        foreach (var (costs, pool) in _members)
        {
            _events.After(Hop(), () =>
            {
                var server = pool.Any();
                server.Run(costs.Rest.Draw(_random), () => server.Enter(new Visit(deadline, isLive, Voted)));
            });
        }

        // One vote is an answer, and without all of them a degraded one.
        void Voted(VisitEnd vote)
        {
            votes += vote == VisitEnd.Served ? 1 : 0;
            last = vote == VisitEnd.Served ? last : vote;

            if (--left == 0)
            {
                done(votes == _members.Count ? ClusterAnswer.Whole : votes > 0 ? ClusterAnswer.Degraded : Failed(last));
            }
        }
    }));
}

/// <summary>What came of a request to the cluster.</summary>
internal enum ClusterAnswer
{
    Whole,
    Degraded,
    Refused,
    Expired,
}
