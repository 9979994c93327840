using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Simulation.Rates;

/// <summary>The cluster at a rate: what each part lets through to the next, and how long a live request takes that gets through.</summary>
internal sealed class RateCluster
{
    private readonly SimulationPlan _plan;
    private readonly IReadOnlyList<(PoolWatch Watch, ReplicaBehaviour Behaviour)> _parts;
    private readonly Blend[] _now;
    private double _laterSojourn;

    public RateCluster(SimulationPlan plan)
    {
        _plan = plan;
        _parts = [.. ClusterParts.Of(plan).Select(part => (new PoolWatch(part.Name, part.Plan), new ReplicaBehaviour(part, plan.Seed)))];
        _now = new Blend[_parts.Count];
        _laterSojourn = plan.Units!.ClusterSeconds;
    }

    public IEnumerable<PoolWatch> Pools => _parts.Select(part => part.Watch);

    public long Events => _parts.Sum(part => part.Behaviour.Events);

    /// <summary>Works out the rate's consequences.</summary>
    /// <param name="live">Live requests a second that arrive at the gateway.</param>
    /// <param name="later">Those of outboxes.</param>
    public Throughput Take(double live, double later)
    {
        var (liveAsked, laterAsked) = (live, later);

        var held = later * Held(later);
        later -= held;

        // The gateway and the ensemble, one after the other.
        for (var part = 0; part < 2; part++)
        {
            _now[part] = Behave(part, live, later, part == 0 ? held : 0);
            (live, later) = (live * _now[part].Live, later * _now[part].Later);
        }

        // The members, all at once; one vote is an answer.
        var (noneLive, noneLater, allLive) = (1.0, 1.0, 1.0);

        for (var part = 2; part < _parts.Count; part++)
        {
            _now[part] = Behave(part, live, later, turnedAway: 0);
            noneLive *= 1 - _now[part].Live;
            noneLater *= 1 - _now[part].Later;
            allLive *= _now[part].Live;
        }

        // How long they take follows from how many there are, and the other way round: half a step at a time.
        _laterSojourn = (_laterSojourn + (3 * _plan.Units!.Hop.Mean) + _now[0].LaterSojourn + _now[1].LaterSojourn + _now[2..].Max(part => part.LaterSojourn)) / 2;
        var answered = live * (1 - noneLive);
        return new Throughput(
            liveAsked > 0 ? answered / liveAsked : 1, laterAsked > 0 ? later * (1 - noneLater) / laterAsked : 1, answered > 0 ? live * allLive / answered : 1);
    }

    /// <summary>How long a live request takes from the gateway and back.</summary>
    public double Sojourn(Random random)
    {
        var slowest = 0.0;

        for (var part = 2; part < _parts.Count; part++)
        {
            slowest = Math.Max(slowest, _plan.Units!.Hop.Draw(random) + _now[part].Sojourn(random));
        }

        return _plan.Units!.Hop.Draw(random) + _now[0].Sojourn(random) + _plan.Units.Hop.Draw(random) + _now[1].Sojourn(random) + slowest;
    }

    /// <summary>So much time has passed at this rate.</summary>
    /// <param name="now">At its end.</param>
    /// <param name="seconds">Its length.</param>
    public void Pass(double now, double seconds)
    {
        for (var part = 0; part < _parts.Count; part++)
        {
            var watch = _parts[part].Watch;
            watch.Pass(now, seconds, _now[part].Busy * watch.Replicas * seconds);
        }
    }

    /// <summary>Share of the outboxes' requests that find no place at a gateway: Erlang's loss formula, which holds however long each takes.</summary>
    private double Held(double later)
    {
        var places = _plan.Cluster.BackgroundAtOnce;

        if (places == 0 || later <= 0)
        {
            return 0;
        }

        var (offered, loss) = (later / _parts[0].Watch.Replicas * _laterSojourn, 1.0);

        for (var place = 1; place <= places; place++)
        {
            loss = offered * loss / (place + (offered * loss));
        }

        return loss;
    }

    /// <param name="part">Its number.</param>
    /// <param name="live">Live requests a second.</param>
    /// <param name="later">Those of outboxes.</param>
    /// <param name="turnedAway">Those that it does not let in, which take of its cores as much as fewer that it lets in would.</param>
    private Blend Behave(int part, double live, double later, double turnedAway)
    {
        var (watch, behaviour) = _parts[part];
        var shape = behaviour.Part.Shape;
        var asMuchAs = turnedAway > 0 ? turnedAway * shape.RefusalWork * behaviour.Part.Capacity / behaviour.Part.Plan.Cores : 0;
        var blend = behaviour.At(live / watch.Replicas, (later + asMuchAs) / watch.Replicas);
        watch.Refused += (live * (1 - blend.Live)) + (later * (1 - blend.Later)) + turnedAway;
        return blend;
    }
}

/// <summary>What becomes of requests at a rate.</summary>
/// <param name="Live">Share of the live ones that is answered.</param>
/// <param name="Later">Share of the others.</param>
/// <param name="Whole">Of the live answers, those with every member's vote.</param>
internal readonly record struct Throughput(double Live, double Later, double Whole);
