using System.Diagnostics;
using InferenceTracing.Ensemble.Members;
using InferenceTracing.Ensemble.Voting;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Ensemble;

/// <summary>Asks every member the same question at the same time and combines their votes; a member that fails costs its vote only.</summary>
internal sealed class EnsembleModel(MemberList members, IOptions<EnsembleOptions> options, TimeProvider clock, ILogger<EnsembleModel> logger) : IInferenceModel
{
    private readonly EnsembleOptions _options = options.Value;

    // The members without a vote in the last answer, by their names; empty where all had one.
    private string _missing = "";

    public ModelMetadata Metadata => new(_options.Name, "1", "ensemble", members.States.Labels, members.States.Untrained);

    public bool IsReady => members.States.ReadyCount >= _options.Quorum;

    public async Task<Prediction> InferAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken)
    {
        var start = clock.GetTimestamp();
        var classes = members.States.Labels;
        using var late = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var asked = members.Select(member => member.AskAsync(images, classes, deadline, late.Token, cancellationToken)).ToArray();

        // In the background a member may leave it waiting for what somebody waits for, and is no less well for that.
        if (!deadline.IsBackground)
        {
            await WaitForQuorumAsync(asked, late, start).ConfigureAwait(false);
        }

        var ballots = await Task.WhenAll(asked).ConfigureAwait(false);
        var cast = ballots.Where(ballot => ballot.Vote is not null).ToList();
        Array.ForEach(ballots, ballot => ballot.Member.Judge(ballot, othersVoted: cast.Count > 0 && !deadline.IsBackground));
        var degraded = cast.Count < ballots.Length;
        var untrained = cast.Exists(ballot => ballot.IsUntrained);

        Activity.Current?.SetTag("inference.ensemble.degraded", degraded);
        Activity.Current?.SetTag("inference.untrained", untrained ? true : null);

        if (cast.Count < _options.Quorum)
        {
            throw QuorumNotReached(ballots, cast.Count);
        }

        NoteMissing(ballots);
        var probabilities = Combine(cast, classes, images.Count);
        return new Prediction(probabilities, cast[0].Vote!.Classes, new Dictionary<string, object>
        {
            ["degraded"] = degraded,
            ["members"] = BallotReport.ToJson(ballots, classes),
            ["ensemble_ms"] = Math.Round(clock.GetElapsedTime(start).TotalMilliseconds, 3),
            ["untrained"] = untrained,
        })
        {
            Labels = classes,
        };
    }

    /// <summary>A line when answers begin to lack a vote and one when they have all again, not one for each: every answer and its span say it themselves.</summary>
    private void NoteMissing(Ballot[] ballots)
    {
        var without = ballots.Where(ballot => ballot.Failure is not null).ToList();
        var missing = without.Count == 0 ? "" : string.Join(", ", without.Select(ballot => ballot.Member.Name));

        if (Volatile.Read(ref _missing) == missing || Interlocked.Exchange(ref _missing, missing) == missing)
        {
            return;
        }

        if (missing.Length > 0)
        {
            Log.Degraded(logger, string.Join("; ", without));
        }
        else
        {
            Log.Whole(logger);
        }
    }

    /// <summary>
    /// Once enough have voted, whoever is missing is waited for as long as it usually takes, or as long again as the others took, whichever is more: a member that is
    /// frozen costs its vote and not everybody's time, and under load, when all are slow, none is given up for it.
    /// </summary>
    private async Task WaitForQuorumAsync(Task<Ballot>[] asked, CancellationTokenSource late, long start)
    {
        var votes = 0;

        await foreach (var ballot in Task.WhenEach(asked).ConfigureAwait(false))
        {
            if (!ballot.IsCompletedSuccessfully || (await ballot.ConfigureAwait(false)).Vote is null || ++votes < _options.Quorum)
            {
                continue;
            }

            var elapsed = clock.GetElapsedTime(start);
            var worth = members.Where((_, index) => !asked[index].IsCompleted).Select(member => member.Worth).ToList();

            if (worth.Count > 0 && !worth.Contains(Timeout.InfiniteTimeSpan))
            {
                var wait = Max(worth.Max() - elapsed, elapsed);
                late.CancelAfter(wait);
            }

            return;
        }
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static float[] Combine(List<Ballot> cast, ClassLabels classes, int count)
    {
        using var span = Telemetry.Source.StartActivity("ensemble.combine");
        var combined = SoftVote.Combine(cast);

        // One picture is the rule; of several, the first speaks for the request.
        var top = SoftVote.Top(combined.AsSpan(0, combined.Length / count));
        span?.SetTag("inference.top.label", RankedClass.NameOf(classes, top));
        span?.SetTag("inference.top.probability", Math.Round(combined[top], 6));
        return combined;
    }

    private InferenceException QuorumNotReached(Ballot[] ballots, int cast)
    {
        var failed = ballots.Where(ballot => ballot.Failure is not null).ToList();
        var message = $"{cast} of {ballots.Length} members answered, {_options.Quorum} needed: {string.Join("; ", failed)}";

        return failed.TrueForAll(ballot => ballot.Failure!.Status == StatusCodes.Status504GatewayTimeout)
            ? new InferenceException(StatusCodes.Status504GatewayTimeout, "deadline_exceeded", message)
            : failed.TrueForAll(ballot => ballot.Failure!.Status is >= 400 and < 500)
                ? new InferenceException(failed[0].Failure!.Status, failed[0].Failure!.Reason, message) { RetryAfter = failed.Max(ballot => ballot.Failure!.RetryAfter) }
                : new InferenceException(StatusCodes.Status503ServiceUnavailable, failed.Exists(ballot => ballot.Failure!.IsOverload) ? "overloaded" : "quorum_not_reached", message)
                {
                    RetryAfter = TimeSpan.FromSeconds(1),
                };
    }
}
