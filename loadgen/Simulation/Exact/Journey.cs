using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;
using InferenceTracing.LoadGenerator.Simulation.Results;

namespace InferenceTracing.LoadGenerator.Simulation.Exact;

/// <summary>One photograph from its sender to its answer, as the edge's classifier leads it: a place, the upload, a decoder, then the edge's own vote or the cluster's.</summary>
internal sealed class Journey(EventRun run, EdgeSite site)
{
    private readonly double _asked = run.Events.Now;
    private readonly double _deadline = run.Events.Now + run.Plan.Cluster.Deadline.TotalSeconds;
    private readonly Phase _phase = run.PhaseOf(site.Edges);
    private readonly UnitCosts _costs = run.Plan.Units!;

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
        if (!site.Places.TryEnter(() => site.Work(_costs.Edge.Rest.Draw(run.Random), () => site.Decode(new Visit(_deadline, IsLive: true, Decoded)))))
        {
            site.Work(_costs.Edge.Refusal.Draw(run.Random), () => Refuse("too_busy"));
        }
    }

    private void Decoded(VisitEnd end)
    {
        if (end == VisitEnd.Expired)
        {
            Leave();
            Refuse("deadline_exceeded");
        }
#pragma warning disable CA5394 // Chance, not secrecy.
        else if (site.Plan.Mode == EdgeMode.Edge || (site.Plan.Mode == EdgeMode.Cascade && run.Random.NextDouble() < site.Plan.Kept))
        {
            if (site.Plan is { Mode: EdgeMode.Cascade, AuditEvery: > 0 } && run.Random.Next(site.Plan.AuditEvery) == 0)
            {
                site.Outbox.Add();
            }

            Answer(AnswerKind.Sure);
        }
#pragma warning restore CA5394
        else if (!run.IsUp(site.Edges))
        {
            FallBack("cluster_unreachable");
        }
        else
        {
            run.Tally.Send();
            run.Cluster.Ask(site, _deadline, isLive: true, Judged);
        }
    }

    private void Judged(ClusterAnswer answer)
    {
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
            FallBack(answer == ClusterAnswer.Refused ? "overloaded" : "deadline_exceeded");
        }
    }

    /// <summary>The cluster has not answered: the edge does, where it may.</summary>
    private void FallBack(string why)
    {
        switch (site.Plan.Mode)
        {
            case EdgeMode.Fallback:
                site.Work(_costs.Edge.Vote.Draw(run.Random), Provisional);
                break;
            case EdgeMode.Cascade:
                Provisional();
                break;
            default:
                Leave();
                Refuse(why);
                break;
        }
    }

    private void Provisional()
    {
        site.Outbox.Add();
        Answer(AnswerKind.Provisional);
    }

    private void Answer(AnswerKind kind)
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
