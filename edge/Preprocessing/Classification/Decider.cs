using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Threading.RateLimiting;
using InferenceTracing.OpenInference;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Memory;
using InferenceTracing.Preprocessing.Outbox;
using InferenceTracing.Preprocessing.Voting;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>
/// Who answers: the cluster, or the edge by itself (<see cref="EdgeMode"/>). With a vote of its own the edge never says no for the cluster's sake: what that cannot
/// answer, the edge does, says so, and hands it to the outbox to be judged later.
/// </summary>
internal sealed class Decider(
    EdgeVoter voter,
    ClusterClient cluster,
    DecodePlaces places,
    ClusterPlaces atCluster,
    LiveTraffic live,
    EdgeMetrics metrics,
    ClusterCircuit circuit,
    TimeProvider time,
    IOptions<EdgeOptions> edge,
    IOptions<PreprocessingOptions> options,
    OutboxStore? outbox = null)
{
    // What a vote takes, and what it may wait for its turn; of a short deadline it is a share.
    private static readonly TimeSpan TimeToVote = TimeSpan.FromMilliseconds(250);

    // The pixels as numbers, and what the network keeps between its layers.
    private const int BytesOfARun = 8 << 20;

    private int _confident;

    /// <summary>Whether the edge votes before anybody is asked.</summary>
    public bool VotesFirst { get; } = edge.Value.Mode is EdgeMode.Cascade or EdgeMode.Edge;

    /// <summary>The edge's vote, which the caller takes with the place that the photograph was decoded in.</summary>
    public EdgeVote? VoteFirst(PixelTensor pixels) => VotesFirst ? voter.TryVote(pixels) : null;

    /// <summary>The answer, and whose it is.</summary>
    /// <param name="pixels">The photograph.</param>
    /// <param name="vote">The edge's vote where it has voted.</param>
    /// <param name="clock">Takes the stages.</param>
    /// <param name="deadline">Until when.</param>
    /// <param name="cancellationToken">The caller has gone.</param>
    /// <exception cref="InferenceException">The cluster cannot answer, and the edge has no vote.</exception>
    public async Task<Decision> DecideAsync(PixelTensor pixels, EdgeVote? vote, StageClock clock, Deadline deadline, CancellationToken cancellationToken)
    {
        var request = Activity.Current;
        var decision = await ChooseAsync(pixels, vote, clock, deadline, cancellationToken).ConfigureAwait(false);

        if (outbox is not null && Kind(decision) is { } kind && voter.Served is { } model && request is not null)
        {
            var entry = new OutboxEntry(request.Context, kind, decision.Why!, model.Name, decision.Vote!.Top, time.GetUtcNow());
            decision = decision with { Queued = await outbox.KeepAsync(pixels, entry, cancellationToken).ConfigureAwait(false) };
        }

        Tag(request, decision);
        metrics.Answered(decision);
        return decision;
    }

    private async Task<Decision> ChooseAsync(PixelTensor pixels, EdgeVote? vote, StageClock clock, Deadline deadline, CancellationToken cancellationToken)
    {
        if (vote is not null && edge.Value.Mode == EdgeMode.Edge)
        {
            return Decision.OfEdge(vote, Reasons.EdgeOnly);
        }

        if (vote is not null && vote.Confidence >= voter.Threshold)
        {
            return Decision.OfEdge(vote, Reasons.Confident);
        }

        InferenceException refusal;

        try
        {
            var mayVote = voter.Served is not null;
            using var place = atCluster.Enter(mayVote);
            var answer = await cluster
                .ClassifyAsync(pixels, options.Value.Top, mayVote, mayVote ? deadline.Earlier(TimeToVote) : deadline, cancellationToken).ConfigureAwait(false);
            clock.End(Stage.Request);
            return Decision.OfCluster(answer, vote);
        }
        catch (InferenceException failed) when (voter.Served is not null)
        {
            clock.End(Stage.Request);
            refusal = failed;
        }

        // A network that fails to run leaves the cluster's refusal as it was.
        vote ??= await VoteAsync(pixels, clock, deadline, cancellationToken).ConfigureAwait(false) ?? throw refusal;
        var why = WhyOf(refusal);

        // That the edge itself sends no more for a moment says nothing of the cluster.
        if (why == Reasons.Overloaded && refusal.Reason != ClusterPlaces.Full)
        {
            live.Overloaded();
        }

        return Decision.OfEdge(vote, why, provisional: true);
    }

    private async Task<EdgeVote?> VoteAsync(PixelTensor pixels, StageClock clock, Deadline deadline, CancellationToken cancellationToken)
    {
        using var place = await places.EnterAsync(BytesOfARun, deadline, cancellationToken).ConfigureAwait(false);
        clock.End(Stage.Queue);
        var vote = voter.TryVote(pixels);
        clock.End(Stage.Infer);
        return vote;
    }

    /// <summary>Why the cluster is to judge it afterwards; null where it is not to.</summary>
    private OutboxKind? Kind(Decision decision) =>
        decision.Provisional ? OutboxKind.Provisional
        : decision.Why == Reasons.Confident && IsAudited() ? OutboxKind.Audit
        : null;

    private bool IsAudited() => edge.Value.AuditEvery is var every and > 0 && (uint)Interlocked.Increment(ref _confident) % (uint)every == 0;

    private static string WhyOf(InferenceException refusal) =>
        refusal.IsOverload ? Reasons.Overloaded
        : refusal.Reason == "unreachable" || refusal.ToldReason is "no_healthy_upstream" or "upstream_unreachable" ? Reasons.ClusterUnreachable
        : refusal.Status == StatusCodes.Status504GatewayTimeout ? Reasons.Deadline
        : Reasons.ClusterFailed;

    private void Tag(Activity? request, Decision decision)
    {
        if (request is not { IsAllDataRequested: true } || edge.Value.Mode == EdgeMode.Cloud)
        {
            return;
        }

        request.SetTag("edge.decided_by", decision.By).SetTag("edge.why", decision.Why).SetTag("edge.circuit", ClusterCircuit.Name(circuit.State));

        if (decision.Provisional)
        {
            request.SetTag("edge.provisional", true);
        }

        if (decision.Queued)
        {
            request.SetTag("edge.queued", true);
        }
    }
}

/// <summary>Counts answers by who gave them and why.</summary>
internal sealed class EdgeMetrics
{
    private readonly Counter<long> _answers;

    public EdgeMetrics(IMeterFactory meters, ClusterCircuit circuit)
    {
        var meter = meters.Create(Telemetry.Name, Telemetry.Version);
        _answers = meter.CreateCounter<long>("edge.answers", "{answer}", "Photographs that were answered, by whom and why.");
        meter.CreateObservableGauge("edge.circuit.state", () => (int)circuit.State, description: "The circuit to the cluster: 0 closed, 1 half open, 2 open.");
    }

    public void Answered(Decision decision) =>
        _answers.Add(1, new KeyValuePair<string, object?>("edge.decided_by", decision.By), new KeyValuePair<string, object?>("edge.why", decision.Why ?? ""));
}

/// <summary>
/// Photographs under way at the cluster. Those that the edge can answer by itself may take half of the house: a cluster that is late, or has too much to do, is not to fill it,
/// and who finds it so has the edge's answer at once.
/// </summary>
internal sealed class ClusterPlaces(LiveTraffic live, IOptions<PreprocessingOptions> options) : IDisposable
{
    /// <summary>The reason of the refusal where there is no place.</summary>
    public const string Full = "too_busy";

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions { PermitLimit = Math.Max(1, options.Value.InFlightLimit / 2), QueueLimit = 0 });

    /// <summary>A place, given back when disposed.</summary>
    /// <exception cref="InferenceException">429: there is none, and it can be answered without.</exception>
    public Place Enter(bool mayGoWithout)
    {
        var lease = mayGoWithout ? _limiter.AttemptAcquire() : null;

        if (lease is { IsAcquired: false })
        {
            lease.Dispose();
            throw new InferenceException(StatusCodes.Status429TooManyRequests, Full, "As many photographs as may be are under way at the cluster.");
        }

        return new Place(live.Enter(), lease);
    }

    public void Dispose() => _limiter.Dispose();

    /// <summary>A photograph under way at the cluster.</summary>
    internal readonly struct Place(LiveTraffic.Visit visit, RateLimitLease? lease) : IDisposable
    {
        public void Dispose()
        {
            lease?.Dispose();
            visit.Dispose();
        }
    }
}

/// <summary>What live photographs ask of the cluster now, for whoever asks it something that can wait.</summary>
internal sealed class LiveTraffic(TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private int _atCluster;
    private long _overloaded = long.MinValue;

    /// <summary>Live photographs that the cluster has not answered yet.</summary>
    public int AtCluster => Volatile.Read(ref _atCluster);

    /// <summary>Whether the cluster refused one for overload in the last seconds.</summary>
    public bool IsOverloaded => Volatile.Read(ref _overloaded) is var refused and >= 0 && clock.GetElapsedTime(_start) - TimeSpan.FromTicks(refused) < JudgePace.AfterOverload;

    /// <summary>A live photograph is at the cluster, until what is returned is disposed.</summary>
    public Visit Enter()
    {
        Interlocked.Increment(ref _atCluster);
        return new Visit(this);
    }

    /// <summary>A live photograph was refused by a cluster that has too much to do.</summary>
    public void Overloaded() => Volatile.Write(ref _overloaded, clock.GetElapsedTime(_start).Ticks);

    /// <summary>One live photograph at the cluster.</summary>
    public readonly struct Visit(LiveTraffic traffic) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref traffic._atCluster);
    }
}
