using InferenceTracing.LoadGenerator.Arrivals;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requests;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Engines;

/// <summary>A number of clients, each of which sends its next request when it has its answer.</summary>
internal sealed class ClosedModel(Scenario scenario, ClosedLoad load, PhotoClient client, Measurement measurement, StartClock clock) : IEngine
{
    // A refusal comes at once; a client that came back at once would only measure how fast it is refused.
    private static readonly TimeSpan PauseAfterError = TimeSpan.FromMilliseconds(20);

    private long _next = -1;
    private int _measured;

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken stop, CancellationToken abandon) =>
        Task.WhenAll(Enumerable.Range(0, load.Clients).Select(_ => Task.Run(() => RunClientAsync(stop, abandon), CancellationToken.None)));

    private async Task RunClientAsync(CancellationToken stop, CancellationToken abandon)
    {
        while (!stop.IsCancellationRequested && TryTakeTurn(clock.Now) is { } now)
        {
            measurement.Due(now);

            if (!await Undertaking.SendAsync(client, measurement, clock, Interlocked.Increment(ref _next), now, abandon))
            {
                await Task.Delay(PauseAfterError, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>The moment of the next request; null when the run is over.</summary>
    private TimeSpan? TryTakeTurn(TimeSpan now)
    {
        var over = scenario.Duration != Timeout.InfiniteTimeSpan && now >= scenario.WarmUp + scenario.Duration;
        var last = measurement.Counts(now) && Interlocked.Increment(ref _measured) > scenario.Requests;
        return over || last ? null : now;
    }
}
