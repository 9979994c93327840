using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Simulation.Exact;

/// <summary>One photograph from its sender to its answer, as the edge's classifier leads it: a place, the upload, a decoder, then the edge's own vote or the cluster's.</summary>
/// <param name="run">The simulation.</param>
/// <param name="site">The edge.</param>
/// <param name="number">Which photograph it is, where the sender takes them in turn.</param>
internal sealed class Journey(EventRun run, EdgeSite site, int? number)
{
    private readonly double _asked = run.Events.Now;
    private readonly double _deadline = run.Events.Now + run.Plan.Cluster.Deadline.TotalSeconds;
    private readonly Phase _phase = run.PhaseOf(site.Edges);
    private readonly UnitCosts _costs = run.Plan.Units!;

    // What the edge does beside decoding: one half with the upload, the other with the answer.
    private readonly double _half = run.Plan.Units!.Edge.Rest.Draw(run.Random) / 2;

    public void Begin()
    {
        run.Tally.Arrive(_asked);
        run.UnderWay++;

        if (run.Plan.SharedCores is null)
        {
            Enter();
        }
        else
        {
            run.Sender(_costs.Client.Draw(run.Random), Enter);
        }
    }

    private void Enter()
    {
        if (!site.Places.TryEnter(() => site.Work(_half, Decode)))
        {
            site.Work(_costs.Edge.Refusal.Draw(run.Random), () => Refuse("too_busy"));
        }
    }

    private void Decode()
    {
        var votes = site.Plan.Mode is EdgeMode.Cascade or EdgeMode.Edge;

        // What nobody waits for any more is dropped before it costs anything.
        site.Work(() => run.Events.Now > _deadline ? 0 : _costs.Edge.Decode.Take(number, run.Random) + (votes ? _costs.Edge.Vote.Draw(run.Random) : 0), Decoded);
    }

    private void Decoded()
    {
        if (run.Events.Now > _deadline)
        {
            Leave();
            Refuse("deadline_exceeded");
        }
#pragma warning disable CA5394 // Chance, not secrecy.
        else if (site.Plan.Mode == EdgeMode.Edge || (site.Plan.Mode == EdgeMode.Cascade && run.Random.NextDouble() < site.Plan.Kept))
        {
            if (site.Plan is { Mode: EdgeMode.Cascade, AuditEvery: > 0 } && run.Random.Next(site.Plan.AuditEvery) == 0)
            {
                Keep(AnswerKind.Sure);
            }
            else
            {
                Answer(AnswerKind.Sure);
            }
        }
#pragma warning restore CA5394
        else if (!run.IsUp(site.Edges))
        {
            FallBack("cluster_unreachable");
        }
        else if (!site.MaySend)
        {
            FallBack("overloaded");
        }
        else
        {
            run.Tally.Send();
            site.AtCluster++;
            run.Cluster.Ask(site, _deadline, isLive: true, Judged);
        }
    }

    private void Judged(ClusterAnswer answer)
    {
        site.AtCluster--;

        if (!run.IsUp(site.Edges))
        {
            FallBack("cluster_unreachable");
        }
        else if (answer is ClusterAnswer.Whole or ClusterAnswer.Degraded && run.Events.Now <= _deadline)
        {
            run.Spans(site.Edges, reachedCluster: true);
            Answer(answer == ClusterAnswer.Whole ? AnswerKind.Cluster : AnswerKind.Degraded);
        }
        else
        {
            site.RefusedAt = answer == ClusterAnswer.Refused ? run.Events.Now : site.RefusedAt;
            FallBack(answer == ClusterAnswer.Refused ? "overloaded" : "deadline_exceeded");
        }
    }

    /// <summary>The cluster has not answered: the edge does, where it may.</summary>
    private void FallBack(string why)
    {
        switch (site.Plan.Mode)
        {
            case EdgeMode.Fallback:
                site.Work(_costs.Edge.Vote.Draw(run.Random), () => Keep(AnswerKind.Provisional));
                break;
            case EdgeMode.Cascade:
                Keep(AnswerKind.Provisional);
                break;
            default:
                Leave();
                Refuse(why);
                break;
        }
    }

    /// <summary>Into the outbox first, which the answer waits for.</summary>
    private void Keep(AnswerKind kind)
    {
        site.Outbox.Add();
        Answer(kind, _costs.Edge.Keep.Draw(run.Random));
    }

    private void Answer(AnswerKind kind, double before = 0) => site.Work(before + _half, () => Answered(kind));

    private void Answered(AnswerKind kind)
    {
        Leave();
        run.UnderWay--;
        run.Tally.Answer(_asked, run.Events.Now, kind);
        run.Tally.Time(_asked, run.Events.Now - _asked, _phase);

        if (kind is AnswerKind.Sure or AnswerKind.Provisional)
        {
            run.Spans(site.Edges, reachedCluster: false);
        }
    }

    private void Refuse(string why)
    {
        run.UnderWay--;
        run.Tally.Refuse(_asked, why);
    }

    private void Leave() => site.Places.Leave();
}
