using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Simulation.Rates;

/// <summary>A plan second by second: rates in place of photographs, so that a million edges take no longer than a thousand.</summary>
internal sealed class RateRun
{
    private const double Step = 1;

    // Photographs whose time is drawn, in the whole run.
    private const double Drawn = 1_000_000;

    private readonly SimulationPlan _plan;
    private readonly Random _random;
    private readonly Tally _tally;
    private readonly RateCluster _cluster;
    private readonly IReadOnlyList<RateEdges> _edges;
    private readonly SpanFlow _spans;
    private readonly BacklogWatch _outboxes;
    private readonly (double Photographs, double Asked)[] _traced;
    private readonly double _drawnShare;
    private double _edgeBusy;
    private long _steps;

    private RateRun(SimulationPlan plan, Random random)
    {
        (_plan, _random) = (plan, random);
        _tally = new Tally(plan);
        _cluster = new RateCluster(plan);
        _edges = [.. plan.Edges.Select((_, edges) => new RateEdges(plan, edges))];
        _spans = new SpanFlow(plan);
        _outboxes = new BacklogWatch(plan);
        _traced = new (double, double)[plan.Edges.Count];
        _drawnShare = Math.Min(1, Drawn / plan.PhotographsExpected);
    }

    public static SimulationResult Simulate(SimulationPlan plan, Random random)
    {
        var run = new RateRun(plan, random);

        for (var now = 0.0; now < plan.Duration.TotalSeconds; now += Step)
        {
            run.Pass(now);
        }

        return run.Result();
    }

    private void Pass(double now)
    {
        var rates = _edges.Select(edges => Arrive(edges, now)).ToList();
        var attempts = _edges.Select(edges => edges.Attempts(now)).ToList();
        var through = _cluster.Take(rates.Sum(rate => rate.Asks), attempts.Sum());

        for (var edges = 0; edges < _edges.Count; edges++)
        {
            Answer(edges, now, rates[edges], attempts[edges], through);
        }

        _cluster.Pass(now + Step, Step);
        _spans.Pass(now + Step, Step, _traced, edges => _edges[edges].IsUp(now));
        var outboxes = _edges.Sum(edges => edges.Outbox);
        _outboxes.Look(now + Step, outboxes, _plan.Outages.Any(outage => outage.Covers(now + Step)));
        _tally.Look(now, outboxes, _cluster.Pools.Select(pool => (pool.Name, pool.Replicas)));
        _steps++;
    }

    /// <summary>What comes to the edges of a class, what they refuse, keep, and ask the cluster.</summary>
    private ClassRates Arrive(RateEdges edges, double now)
    {
        var rate = edges.Curve.At(now);
        var edge = edges.At(rate);
        var taken = rate * edge.Live;
        var kept = edges.Plan.Mode switch { EdgeMode.Edge => taken, EdgeMode.Cascade => taken * edges.Plan.Kept, _ => 0 };
        _tally.Arrive(now, rate * Step);
        _tally.Refuse(now, "too_busy", (rate - taken) * Step);
        _edgeBusy += edge.Busy * edges.Plan.Count * Step;
        return new ClassRates(taken, kept, edges.IsUp(now) ? taken - kept : 0, edge);
    }

    private void Answer(int edges, double now, ClassRates rates, double attempts, Throughput through)
    {
        var (state, plan) = (_edges[edges], _edges[edges].Plan);
        var unreachable = state.IsUp(now) ? 0 : rates.Taken - rates.Kept;
        var phase = unreachable > 0 || !state.IsUp(now) ? Phase.Outage : _outboxes.IsLeft ? Phase.CatchUp : Phase.Usual;
        var answered = rates.Asks * through.Live;
        var late = Draw(edges, now, phase, rates, answered);
        var left = new[] { ("cluster_unreachable", unreachable), ("overloaded", rates.Asks - answered), ("deadline_exceeded", answered * late) };
        var provisional = plan.Mode is EdgeMode.Fallback or EdgeMode.Cascade ? left.Sum(why => why.Item2) : 0;
        answered -= answered * late;

        if (provisional == 0)
        {
            foreach (var (why, rate) in left)
            {
                _tally.Refuse(now, why, rate * Step);
            }
        }

        _tally.Send((rates.Asks + attempts) * Step);
        _tally.Answer(now, now, AnswerKind.Cluster, answered * through.Whole * Step);
        _tally.Answer(now, now, AnswerKind.Degraded, answered * (1 - through.Whole) * Step);
        _tally.Answer(now, now, AnswerKind.Sure, rates.Kept * Step);
        _tally.Answer(now, now, AnswerKind.Provisional, provisional * Step);

        var audited = plan is { Mode: EdgeMode.Cascade, AuditEvery: > 0 } ? rates.Kept / plan.AuditEvery : 0;
        var costs = _plan.Units!.Edge;
        _edgeBusy += ((plan.Mode == EdgeMode.Fallback ? provisional * costs.Vote.Mean : 0) + ((provisional + audited) * costs.Keep.Mean) + (attempts * (costs.Judge.Mean + (costs.Rest.Mean / 2)))) * Step;
        _tally.Judge(state.Pass(Step, (provisional + audited) * Step, attempts, through.Later));
        _traced[edges] = ((answered + rates.Kept + provisional) * Step * plan.Sampling, answered * Step * plan.Sampling);
    }

    /// <summary>Draws the times of some photographs, each for as many as it stands for.</summary>
    /// <returns>The share of the cluster's answers that come after the deadline.</returns>
    private double Draw(int edges, double now, Phase phase, ClassRates rates, double answered)
    {
        var plan = _edges[edges].Plan;
        var (late, drawn) = (0, 0);

        for (var left = Count(answered); left > 0; left--, drawn++)
        {
            var time = rates.Edge.Sojourn(_random) + plan.Link.RoundTrip.Draw(_random) + plan.Link.Transfer(_plan.Units!.RequestBytes) + _cluster.Sojourn(_random);

            if (time > _plan.Cluster.Deadline.TotalSeconds)
            {
                late++;
            }
            else
            {
                _tally.Time(now, time, phase);
            }
        }

        // What the edge answers by itself; an answer that had to be voted on after all takes the vote's time on top.
        var alone = rates.Taken - answered;
        var votes = plan.Mode == EdgeMode.Fallback;

        for (var left = plan.Mode == EdgeMode.Cloud ? 0 : Count(alone); left > 0; left--)
        {
            _tally.Time(now, rates.Edge.Sojourn(_random) + (votes ? _plan.Units!.Edge.Vote.Draw(_random) : 0), phase);
        }

        return drawn == 0 ? 0 : (double)late / drawn;
    }

    /// <summary>A whole number of draws, which is right on average.</summary>
#pragma warning disable CA5394 // Chance, not secrecy.
    private int Count(double rate) => (int)((rate * Step * _drawnShare) + _random.NextDouble());
#pragma warning restore CA5394

    private SimulationResult Result() => new(_plan, SimulationMethod.Rates, _tally, [.. _cluster.Pools, _spans.Collector, _spans.Store], _outboxes, _spans)
    {
        Events = _cluster.Events + _edges.Sum(edges => edges.Events) + _steps,
        UnderWay = 0,
        EdgeBusy = _edgeBusy,
        OutboxDropped = _edges.Sum(edges => edges.Dropped),
    };

    /// <summary>Photographs a second of a class: those that its edges take, of these those they keep, and those they ask the cluster about.</summary>
    private readonly record struct ClassRates(double Taken, double Kept, double Asks, Blend Edge);
}
