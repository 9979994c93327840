using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Simulation;

/// <summary>
/// Spans on their way to the store, second by second: an edge's collector keeps its own while the link is down and sends them at a bounded rate afterwards; the cluster's
/// collectors and the store do what their cores allow, and what waits for them is kept up to a bound. Spans are too many, too small and too patient to be told apart.
/// </summary>
internal sealed class SpanFlow
{
    private readonly SimulationPlan _plan;
    private readonly UnitCosts _costs;
    private readonly double[] _atEdges;
    private double _inCluster;

    public SpanFlow(SimulationPlan plan)
    {
        (_plan, _costs) = (plan, plan.Units!);
        _atEdges = new double[plan.Edges.Count];
        AtEdges = new BacklogWatch(plan);
        InCluster = new BacklogWatch(plan);
        Collector = new PoolWatch("collector", plan.Cluster.Collector);
        Store = new PoolWatch("store", plan.Cluster.Store);
    }

    public BacklogWatch AtEdges { get; }

    public BacklogWatch InCluster { get; }

    public PoolWatch Collector { get; }

    public PoolWatch Store { get; }

    public double Made { get; private set; }

    public double Stored { get; private set; }

    /// <summary>For which there was no room.</summary>
    public double Lost { get; private set; }

    public double Held => _atEdges.Sum() + _inCluster;

    /// <summary>A stretch passes.</summary>
    /// <param name="now">At its end.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="made">Of each class of edges: sampled photographs, and those of them that reached the cluster.</param>
    /// <param name="isUp">Of each class, whether its link is up.</param>
    /// <returns>Seconds of cores that collectors and store worked.</returns>
    public double Pass(double now, double seconds, IReadOnlyList<(double Photographs, double Asked)> made, Func<int, bool> isUp)
    {
        for (var edges = 0; edges < made.Count; edges++)
        {
            var (plan, here, further) = (_plan.Edges[edges], made[edges].Photographs * _costs.EdgeSpans, made[edges].Asked * (_costs.Spans - _costs.EdgeSpans));
            Made += here + further;
            _inCluster += further;
            _atEdges[edges] += here;

            if (isUp(edges))
            {
                // What has just been made goes at once; what was kept, at the rate that is set.
                var sent = Math.Min(_atEdges[edges], here + (plan.SpansPerSecond * plan.Count * seconds));
                _atEdges[edges] -= sent;
                _inCluster += sent;
            }

            var room = plan.SpanQueue * plan.Count;
            Lost += Math.Max(0, _atEdges[edges] - room);
            _atEdges[edges] = Math.Min(_atEdges[edges], room);
        }

        var (collect, store) = (_costs.CollectorSpan.Mean, _costs.StoreSpan.Mean);
        var most = Math.Min(Most(Collector, collect), Most(Store, store)) * seconds;
        var stored = Math.Min(_inCluster, most);
        _inCluster -= stored;
        Stored += stored;
        Lost += Math.Max(0, _inCluster - _plan.Cluster.SpanQueue);
        _inCluster = Math.Min(_inCluster, _plan.Cluster.SpanQueue);

        var isDown = _plan.Outages.Any(outage => outage.Covers(now));
        AtEdges.Look(now, _atEdges.Sum(), isDown);
        InCluster.Look(now, _inCluster, isDown);
        Collector.Pass(now, seconds, stored * collect);
        Store.Pass(now, seconds, stored * store);
        return stored * (collect + store);
    }

    private static double Most(PoolWatch pool, double cost) => cost > 0 ? pool.Replicas * pool.Plan.Cores / cost : double.PositiveInfinity;
}
