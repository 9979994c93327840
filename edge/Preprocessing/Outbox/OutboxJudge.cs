using System.Diagnostics;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Classification;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// Has the cluster judge what is in the outbox: the oldest first, one at a time, in the background, at a pace that the cluster's answers set, and only while live photographs leave it room. Each judgement is a trace of
/// its own, linked to the request that it is about.
/// </summary>
internal sealed class OutboxJudge(
    OutboxStore outbox,
    OutboxReader reader,
    ClusterClient cluster,
    ClusterCircuit circuit,
    LiveTraffic live,
    IOptions<EdgeOptions> edge,
    IOptions<PreprocessingOptions> options,
    TimeProvider clock,
    Random random,
    ILogger<OutboxJudge> logger) : BackgroundService
{
    // Answers that lack a member's vote: so many in a row are asked again later, then they have to do.
    private const int MostDegraded = 5;

    private const string BadAnswer = "bad_upstream_answer";

    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Idle = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(10);

    // What comes to nothing at once would else be tried again at once.
    private static readonly TimeSpan ShortestRetry = TimeSpan.FromSeconds(1);

    private readonly TimeSpan _yield = TimeSpan.FromSeconds(JudgePace.LongestYield / edge.Value.JudgementsPerSecond);
    private readonly JudgePace _pace = new(TimeSpan.FromSeconds(1 / edge.Value.JudgementsPerSecond), edge.Value.ReturnWithin, random);
    private bool _comesBack = true;
    private int _degraded;
    private long _after;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Whoever started the host is no parent of what is judged.
        Activity.Current = null;

        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                var isAway = circuit.State != CircuitState.Closed;
                _comesBack |= isAway;

                if (isAway || outbox.Counts.Pending == 0)
                {
                    await Task.Delay(Idle, clock, stoppingToken).ConfigureAwait(false);
                    continue;
                }

                if (_comesBack)
                {
                    _comesBack = false;
                    await Task.Delay(_pace.Returned(), clock, stoppingToken).ConfigureAwait(false);
                    continue;
                }

                await YieldAsync(stoppingToken).ConfigureAwait(false);
                var begun = clock.GetTimestamp();
                var pause = await JudgeNextAsync(stoppingToken).ConfigureAwait(false);
                var left = _pace.Pause - clock.GetElapsedTime(begun);
                await Task.Delay(TimeSpan.FromTicks(Math.Max(pause.Ticks, Math.Max(left.Ticks, 0))), clock, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What is not judged yet is there at the next start.
        }
    }

    /// <summary>Returns when live photographs leave room for a judgement.</summary>
    private async Task YieldAsync(CancellationToken cancellationToken)
    {
        var begun = clock.GetTimestamp();

        while (live.IsOverloaded || (live.AtCluster > JudgePace.FewLive && clock.GetElapsedTime(begun) < _yield))
        {
            await Task.Delay(Look, clock, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Judges the next answer, and says for how long none is to be asked about after that.</summary>
    private async Task<TimeSpan> JudgeNextAsync(CancellationToken cancellationToken)
    {
        PendingAnswer? answer = null;

        try
        {
            answer = reader.Next(_after);

            if (answer is null)
            {
                // From the oldest again, those that were passed over among them.
                _after = 0;
                return TimeSpan.Zero;
            }

            using var pixels = PixelTensor.Rent(1);

            if (reader.TryReadPixels(answer.Number, pixels.Span))
            {
                var judgement = await AskAsync(answer, pixels, cancellationToken).ConfigureAwait(false);
                await outbox.JudgeAsync(judgement, cancellationToken).ConfigureAwait(false);
                _pace.Answered();
            }
            else
            {
                _after = answer.Number;
            }

            return TimeSpan.Zero;
        }
        catch (InferenceException refused)
        {
            // Whoever has no time now is asked about the same one later; what cannot be answered at all lets the others pass.
            _after = refused.Reason is BadAnswer or "cluster_refused" ? answer!.Number : _after;
            return _pace.Refused(TimeSpan.FromTicks(Math.Clamp(refused.RetryAfter?.Ticks ?? 0, ShortestRetry.Ticks, JudgePace.Longest.Ticks)));
        }
        catch (Exception failed) when (!cancellationToken.IsCancellationRequested)
        {
            // A disk that does not give what it holds, or a defect: neither may take the edge's answers along.
            Log.NotJudged(logger, failed.Message.ReplaceLineEndings(" "));
            _after = answer?.Number ?? 0;
            return _pace.Refused(ShortestRetry);
        }
    }

    private async Task<Judgement> AskAsync(PendingAnswer answer, PixelTensor pixels, CancellationToken cancellationToken)
    {
        using var span = StartSpan(answer);

        try
        {
            var said = await cluster.ClassifyAsync(pixels, options.Value.Top, mayGoWithout: true, Deadline.After(Longest, clock).InBackground(), cancellationToken).ConfigureAwait(false);
            var votes = CheckedVotes(said);
            var (top, agreed) = (said.Images[0], said.Images[0][0].Class == answer.Class);
            span?.SetTag("inference.top.label", top[0].Label).SetTag("inference.top.probability", (double)top[0].Probability).SetTag("edge.agreed", agreed);
            return new Judgement(answer.Number, answer.Kind, top, votes, agreed, clock.GetUtcNow(), span?.TraceId.ToHexString());
        }
        catch (InferenceException refused)
        {
            Telemetry.Fail(span, refused.Reason, refused.Message);
            throw;
        }
    }

    /// <exception cref="InferenceException">The answer names no class, cannot be read, or lacks a vote that is worth waiting for.</exception>
    private IReadOnlyList<Vote> CheckedVotes(ClassifiedAnswer said)
    {
        if (said.Images is not [{ Count: > 0 }])
        {
            throw new InferenceException(StatusCodes.Status503ServiceUnavailable, BadAnswer, "The ensemble's answer names no class.");
        }

        if (said.Parameters.GetValueOrDefault("degraded") is not true)
        {
            _degraded = 0;
        }
        else if (_degraded < MostDegraded)
        {
            _degraded++;
            throw new InferenceException(StatusCodes.Status503ServiceUnavailable, "degraded", "A member's vote is missing; the answer is judged later.");
        }

        return ClassificationAnswer.VotesOf(said);
    }

    private static Activity? StartSpan(PendingAnswer answer)
    {
        // No link leads to a trace that is not kept.
        ActivityLink[] links = answer.Request.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? [new(answer.Request)] : [];
        return Telemetry.Source.StartActivity(ActivityKind.Internal, parentContext: default, links: links, name: "outbox.judge")
            ?.SetTag("edge.judged.trace_id", answer.Request.TraceId.ToHexString())
            .SetTag("edge.judged.kind", answer.Kind.Name())
            .SetTag("edge.judged.label", answer.Label);
    }
}
