using InferenceTracing.Ensemble.Voting;
using Polly;
using Polly.CircuitBreaker;

namespace InferenceTracing.Ensemble.Members;

/// <summary>
/// Keeps a member that does not answer from being asked by every request: after so many failures it is left alone for a second, then one request tries it (half-open),
/// and so on with longer pauses. A refusal is an answer; only silence and a connection that cannot be made count.
/// </summary>
internal sealed class MemberBreaker
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly CircuitBreakerManualControl _control = new();
    private readonly ResiliencePipeline<Ballot> _pipeline;

    public MemberBreaker(int breakAfter, TimeProvider clock) =>
        _pipeline = new ResiliencePipelineBuilder<Ballot> { TimeProvider = clock }
            .AddCircuitBreaker(new CircuitBreakerStrategyOptions<Ballot>
            {
                ShouldHandle = static outcome => ValueTask.FromResult(outcome.Outcome.Result?.Failure?.Reason is "unreachable" or "member_late" or "deadline_exceeded"),
                FailureRatio = 0.5,
                MinimumThroughput = breakAfter,
                SamplingDuration = Window,
                BreakDurationGenerator = static broken => ValueTask.FromResult(
                    TimeSpan.FromSeconds(Math.Min(1 << Math.Min(broken.HalfOpenAttempts, 3), LongestPause.TotalSeconds))),
                ManualControl = _control,
            })
            .Build();

    /// <summary>What came of asking; null where it is left alone.</summary>
    public async ValueTask<Ballot?> AskAsync<T>(Func<T, ValueTask<Ballot>> ask, T state)
    {
        try
        {
            return await _pipeline.ExecuteAsync(static (both, _) => both.ask(both.state), (ask, state), CancellationToken.None).ConfigureAwait(false);
        }
        catch (BrokenCircuitException)
        {
            return null;
        }
    }

    /// <summary>It says itself that it is there again: from now on it is asked.</summary>
    public Task CloseAsync() => _control.CloseAsync();
}
