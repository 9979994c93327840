using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Simulation.Rates;

/// <summary>
/// How one replica behaves at any rate of live and of later requests: the event simulation is asked once at each point of a grid that somebody comes near, and what lies
/// between two points is taken between their figures. Queues in the cluster fill and empty within a second, and rates change within minutes: so a second of a replica is a
/// piece of its steady state.
/// </summary>
internal sealed class ReplicaBehaviour(ClusterPart part, int seed)
{
    private const int Requests = 10_000;
    private const int WarmUp = 1_000;

    // Shares of what a replica can do at most; narrow where waiting grows fast.
    private static readonly double[] Grid =
        [0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1, 1.05, 1.1, 1.2, 1.35, 1.5, 2, 3, 5, 10, 20, 50, 100];

    private readonly Dictionary<(int Live, int Later), ReplicaState> _states = [];

    public ClusterPart Part => part;

    /// <summary>Events of the simulations so far.</summary>
    public long Events { get; private set; }

    /// <summary>At so many requests a second.</summary>
    public Blend At(double live, double later)
    {
        var ((low, high, share), (lowLater, highLater, shareLater)) = (Near(live / part.Capacity), Near(later / part.Capacity));
        return new Blend(
        [
            ((1 - share) * (1 - shareLater), low, lowLater), (share * (1 - shareLater), high, lowLater),
            ((1 - share) * shareLater, low, highLater), (share * shareLater, high, highLater),
        ],
        State);
    }

    /// <summary>The points of the grid on both sides, and how near the upper one is.</summary>
    private static (int Low, int High, double Share) Near(double load)
    {
        var high = Array.FindIndex(Grid, point => point >= load);
        return high switch
        {
            -1 => (Grid.Length - 1, Grid.Length - 1, 0),
            0 => (0, 0, 0),
            _ => (high - 1, high, (load - Grid[high - 1]) / (Grid[high] - Grid[high - 1])),
        };
    }

    private ReplicaState State(int live, int later)
    {
        if (!_states.TryGetValue((live, later), out var state))
        {
            // Each point has a chance of its own, so that it does not matter which is asked for first.
            _states[(live, later)] = state = Simulate(Grid[live] * part.Capacity, Grid[later] * part.Capacity, new Random(HashOf(live, later)));
        }

        return state;
    }

    private int HashOf(int live, int later) => unchecked((((((seed * 397) ^ live) * 397) ^ later) * 397) ^ part.Name.Aggregate(17, (hash, letter) => (hash * 31) + letter));

#pragma warning disable CA5394 // Chance, not secrecy.
    private ReplicaState Simulate(double liveRate, double laterRate, Random random)
    {
        var rate = liveRate + laterRate;

        if (rate == 0)
        {
            // Whoever comes is alone.
            double[] alone = [.. Enumerable.Range(0, 1000).Select(_ => part.RestWork(random) + part.Work(1, random))];
            return new ReplicaState(1, 1, 0, 0, alone, alone.Average());
        }

        var events = new EventQueue();
        var station = new Station(events, new Processor(events, part.Plan.Cores), part.Shape, images => part.Work(images, random));
        var (sojourns, came, served, laterStayed) = (new List<double>(), new long[2], new long[2], 0.0);
        var (begun, workedBefore, total) = (0.0, 0.0, 0L);
        Arrive();
        // Long enough for what was asked for last to come to its end.
        events.RunUntil((Requests + WarmUp) / rate);
        Events += events.Happened;
        var seconds = events.Now - begun;

        return new ReplicaState(Share(0), Share(1), rate, (station.Worked - workedBefore) / seconds, sojourns.Count > 0 ? [.. sojourns] : [part.RestWork(random) + part.Work(1, random)],
            served[1] > 0 ? laterStayed / served[1] : part.Work(1, random));

        double Share(int kind) => came[kind] == 0 ? 1 : Math.Min(1, (double)served[kind] / came[kind]);

        void Arrive() => events.After(-Math.Log(1 - random.NextDouble()) / rate, () =>
        {
            var (asked, isLive, counts) = (events.Now, random.NextDouble() * rate < liveRate, ++total > WarmUp);

            if (total == WarmUp)
            {
                (begun, workedBefore) = (events.Now, station.Worked);
            }

            station.Run(part.RestWork(random), () => station.Enter(new Visit(double.PositiveInfinity, isLive, end =>
            {
                if (!counts)
                {
                    return;
                }

                came[isLive ? 0 : 1]++;

                if (end == VisitEnd.Served)
                {
                    served[isLive ? 0 : 1]++;

                    if (isLive)
                    {
                        sojourns.Add(events.Now - asked);
                    }
                    else
                    {
                        laterStayed += events.Now - asked;
                    }
                }
            })));
            Arrive();
        });
    }
#pragma warning restore CA5394
}

/// <summary>A replica's steady state at one rate.</summary>
/// <param name="Live">Share of live requests that it takes.</param>
/// <param name="Later">Share of the others.</param>
/// <param name="Rate">Requests a second.</param>
/// <param name="Busy">Cores that it is busy with.</param>
/// <param name="Sojourns">How long live ones stayed, in seconds.</param>
/// <param name="LaterSojourn">How long the others stayed on average.</param>
internal sealed record ReplicaState(double Live, double Later, double Rate, double Busy, double[] Sojourns, double LaterSojourn);

/// <summary>Up to four states of the grid, each with its weight.</summary>
internal readonly struct Blend((double Weight, int Live, int Later)[] points, Func<int, int, ReplicaState> state)
{
    public double Live => Mean(of => of.Live);

    public double Later => Mean(of => of.Later);

    public double Busy => Mean(of => of.Busy);

    /// <summary>How long a request of an outbox stays on average.</summary>
    public double LaterSojourn => Mean(of => of.LaterSojourn);

    /// <summary>How long one live request stays: of one of the states, by their weights.</summary>
#pragma warning disable CA5394 // Chance, not secrecy.
    public double Sojourn(Random random)
    {
        var (chance, at) = (random.NextDouble(), 0);

        while (at < points.Length - 1 && (points[at].Weight == 0 || (chance -= points[at].Weight) > 0))
        {
            at++;
        }

        var sojourns = state(points[at].Live, points[at].Later).Sojourns;
        return sojourns[random.Next(sojourns.Length)];
    }
#pragma warning restore CA5394

    private double Mean(Func<ReplicaState, double> figure)
    {
        var sum = 0.0;

        foreach (var (weight, live, later) in points)
        {
            sum += weight > 0 ? weight * figure(state(live, later)) : 0;
        }

        return sum;
    }
}
