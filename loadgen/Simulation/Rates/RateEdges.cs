using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Simulation.Rates;

/// <summary>All edges of a class at a rate: one edge's cores and decoders, and what all their outboxes hold together.</summary>
internal sealed class RateEdges
{
    // What a caller that nothing tells to wait waits all the same, in seconds: as in the simulation by events.
    private const double Impatience = 0.02;

    private readonly SimulationPlan _plan;
    private readonly ReplicaBehaviour _behaviour;
    private readonly double _usualAnswer;
    private double _share = 1;

    public RateEdges(SimulationPlan plan, int edges)
    {
        _plan = plan;
        Plan = plan.Edges[edges];
        Curve = new RateCurve(Plan, plan.Duration);
        var (costs, votes) = (plan.Units!.Edge, Plan.Mode is EdgeMode.Cascade or EdgeMode.Edge);
        var mean = costs.Rest.Mean + costs.Decode.Mean + (votes ? costs.Vote.Mean : 0);

        // Photographs under way are those that are decoded and those that wait for it, up to the edge's places.
        _behaviour = new ReplicaBehaviour(
            new ClusterPart(
                $"edges {Plan.Name}", new PoolPlan { Cores = Plan.Cores }, new StationShape(Plan.Cores, Math.Max(0, Plan.InFlight + Plan.Queue - Plan.Cores), RefusalWork: costs.Refusal.Mean),
                (_, random) => costs.Decode.Draw(random) + (votes ? costs.Vote.Draw(random) : 0), costs.Rest.Draw, Plan.Cores / mean),
            plan.Seed);
        _usualAnswer = Plan.Link.RoundTrip.Mean + Plan.Link.Transfer(plan.Units.RequestBytes) + plan.Units.ClusterSeconds;
    }

    public EdgeClass Plan { get; }

    public RateCurve Curve { get; }

    public double Outbox { get; private set; }

    public double Dropped { get; private set; }

    public long Events => _behaviour.Events;

    public bool IsUp(double now) => !_plan.Outages.Any(outage => outage.IsOf(Plan) && outage.Covers(now));

    /// <summary>One edge, when all of them together have so many photographs a second.</summary>
    public Blend At(double rate) => _behaviour.At(rate / Plan.Count, 0);

    /// <summary>How many of the outboxes' photographs are sent in a second, the refused ones again and again.</summary>
    public double Attempts(double now)
    {
        if (Outbox <= 0 || !IsUp(now))
        {
            return 0;
        }

        // After an outage each edge begins at its own moment.
        var since = now - _plan.Outages.Where(outage => outage.IsOf(Plan)).Select(outage => (outage.At + outage.For).TotalSeconds).Where(end => end <= now).DefaultIfEmpty(double.NegativeInfinity).Max();
        var begun = Plan.Outbox.Jitter > TimeSpan.Zero ? Math.Min(1, since / Plan.Outbox.Jitter.TotalSeconds) : 1;
        var edges = Math.Min(Plan.Count, Outbox) * begun;
        var pause = Plan.Outbox.HonoursRetryAfter ? _plan.Cluster.RetryAfter.TotalSeconds * 1.5 * BackOff() : Impatience + _usualAnswer;
        var after = Plan.Outbox.PerSecond > 0 ? _usualAnswer + (1 / Plan.Outbox.PerSecond) : _usualAnswer;
        var senders = Plan.Outbox.PerSecond > 0 ? edges : Math.Min(edges * Plan.Outbox.Parallel, Outbox);
        var rate = senders / ((_share * after) + ((1 - _share) * pause));
        var transfer = Plan.Link.Transfer(_plan.Units!.RequestBytes);
        return Math.Min(Math.Min(rate, Outbox / Math.Max(_share, 1e-3)), transfer > 0 ? edges / transfer : double.PositiveInfinity);
    }

    /// <summary>How many times as long as after a first refusal a pause is on average, where so many attempts are refused.</summary>
    private double BackOff()
    {
        var (sum, chance, times) = (0.0, 1.0, 1.0);

        for (var refusals = 0; refusals < 1000; refusals++)
        {
            // The last term stands for all that follow: they are equal once the pause grows no more.
            if (times >= Plan.Outbox.BackOff)
            {
                return sum + (chance * Plan.Outbox.BackOff);
            }

            sum += _share * chance * times;
            chance *= 1 - _share;
            times *= 2;
        }

        return sum;
    }

    /// <summary>A second has passed.</summary>
    /// <param name="seconds">Its length.</param>
    /// <param name="added">Answers that are to be judged.</param>
    /// <param name="attempts">Photographs of the outboxes that were sent, a second.</param>
    /// <param name="share">Of them, those that were judged.</param>
    /// <returns>How many were judged.</returns>
    public double Pass(double seconds, double added, double attempts, double share)
    {
        var judged = Math.Min(Outbox, attempts * share * seconds);
        var room = Plan.Outbox.Entries * Plan.Count;
        Outbox += added - judged;
        Dropped += Math.Max(0, Outbox - room);
        Outbox = Math.Min(Outbox, room);
        // What is tried in this second goes by what became of the last one's, and not by all of it: edges are not of one mind.
        _share = attempts > 0 ? (_share + share) / 2 : 1;
        return judged;
    }
}
