using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Simulation.Rates;

/// <summary>The cluster at a rate: what each part lets through to the next, and how long a live request takes that gets through.</summary>
internal sealed class RateCluster
{
    private readonly SimulationPlan _plan;
    private readonly IReadOnlyList<(PoolWatch Watch, ReplicaBehaviour Behaviour)> _parts;
    private readonly Blend[] _now;

    public RateCluster(SimulationPlan plan)
    {
        _plan = plan;
        _parts = [.. ClusterParts.Of(plan).Select(part => (new PoolWatch(part.Name, part.Plan), new ReplicaBehaviour(part, plan.Seed)))];
        _now = new Blend[_parts.Count];
    }

    public IEnumerable<PoolWatch> Pools => _parts.Select(part => part.Watch);

    public long Events => _parts.Sum(part => part.Behaviour.Events);

    /// <summary>Works out the rate's consequences.</summary>
    /// <param name="live">Live requests a second that arrive at the gateway.</param>
    /// <param name="later">Those of outboxes.</param>
    public Throughput Take(double live, double later)
    {
        var (liveAsked, laterAsked) = (live, later);

        // The gateway and the ensemble, one after the other.
        for (var part = 0; part < 2; part++)
        {
            _now[part] = Behave(part, live, later);
            (live, later) = (live * _now[part].Live, later * _now[part].Later);
        }

        // The members, all at once; one vote is an answer.
        var (noneLive, noneLater, allLive) = (1.0, 1.0, 1.0);

        for (var part = 2; part < _parts.Count; part++)
        {
            _now[part] = Behave(part, live, later);
            noneLive *= 1 - _now[part].Live;
            noneLater *= 1 - _now[part].Later;
            allLive *= _now[part].Live;
        }

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

    private Blend Behave(int part, double live, double later)
    {
        var (watch, behaviour) = _parts[part];
        var blend = behaviour.At(live / watch.Replicas, later / watch.Replicas);
        watch.Refused += (live * (1 - blend.Live)) + (later * (1 - blend.Later));
        return blend;
    }
}

/// <summary>What becomes of requests at a rate.</summary>
/// <param name="Live">Share of the live ones that is answered.</param>
/// <param name="Later">Share of the others.</param>
/// <param name="Whole">Of the live answers, those with every member's vote.</param>
internal readonly record struct Throughput(double Live, double Later, double Whole);
