using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;
using InferenceTracing.Preprocessing.Outbox;

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

    // The pause of all edges, as a mean of logarithms, and how many of them have not been refused since they are back.
    private double _pause, _starting;
    private bool _isAway;

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
        _pause = Shortest;
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
        _isAway |= !IsUp(now);

        if (Outbox <= 0 || (_isAway && !IsUp(now)))
        {
            return 0;
        }

        // After an outage each edge begins at its own moment.
        var since = now - _plan.Outages.Where(outage => outage.IsOf(Plan)).Select(outage => (outage.At + outage.For).TotalSeconds).Where(end => end <= now).DefaultIfEmpty(double.NegativeInfinity).Max();
        var within = Plan.Outbox.ReturnWithin.TotalSeconds;
        var edges = Math.Min(Plan.Count, Outbox) * (within > 0 ? Math.Min(1, since / within) : 1);

        if (_isAway)
        {
            (_isAway, _pause, _starting) = (false, Math.Max(Shortest, Math.Min(within, JudgePace.First.TotalSeconds)), 1);
        }

        var senders = Plan.Outbox.PerSecond > 0 ? edges : Math.Min(edges * Plan.Outbox.Parallel, Outbox);
        // A pause after a refusal is longer by a quarter on average, and none is shorter than the refusal says.
        var refused = Plan.Outbox.Paced ? 1.25 * Math.Max(_pause, _plan.Cluster.RetryAfter.TotalSeconds) : Impatience + _usualAnswer;
        var rate = senders / ((_share * Math.Max(_usualAnswer, _pause)) + ((1 - _share) * refused));
        var transfer = Plan.Link.Transfer(_plan.Units!.RequestBytes);
        return Math.Min(Math.Min(rate, Outbox / Math.Max(_share, 1e-3)), transfer > 0 ? edges / transfer : double.PositiveInfinity);
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
        Keep(judged, (attempts * seconds) - judged);
        // What is tried in this second goes by what became of the last one's, and not by all of it: edges are not of one mind.
        _share = attempts > 0 ? (_share + share) / 2 : 1;
        return judged;
    }

    /// <summary>An edge's pause when nobody refuses it, in seconds.</summary>
    private double Shortest => Plan.Outbox.PerSecond > 0 ? 1 / Plan.Outbox.PerSecond : 0;

    /// <summary>What the edges' pauses become by so many answers and refusals, each of one of them.</summary>
    private void Keep(double answered, double refused)
    {
        if (!Plan.Outbox.Paced || Shortest == 0)
        {
            return;
        }

        var edges = Math.Max(1, Math.Min(Plan.Count, Outbox));
        var quicker = (_starting * Math.Log(JudgePace.Start)) + ((1 - _starting) * Quicker(refused / Math.Max(1e-9, answered + refused)));
        _pause = Math.Clamp(_pause * Math.Exp(((answered * quicker) + (refused * Math.Log(JudgePace.Slower))) / edges), Shortest, JudgePace.Longest.TotalSeconds);
        _starting *= Math.Exp(-refused / edges);
    }

    /// <summary>By how much an answer shortens a pause on average (a logarithm), where such a share of the questions is refused, and answers so come in rows of chance length.</summary>
    private static double Quicker(double refused)
    {
        var (sum, chance) = (0.0, refused);

        for (var answers = 1; answers <= 100; answers++, chance *= 1 - refused)
        {
            sum += (answers == 100 ? Math.Pow(1 - refused, 99) : chance) * Math.Log(JudgePace.After(answers));
        }

        return sum;
    }
}
