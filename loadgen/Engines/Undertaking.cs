using InferenceTracing.LoadGenerator.Arrivals;
using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Requests;

namespace InferenceTracing.LoadGenerator.Engines;

/// <summary>Requests under way: begun on the pool, taken down when they end, waited for at the end.</summary>
internal sealed class Undertaking(PhotoClient client, Measurement measurement, StartClock clock)
{
    private readonly TaskCompletionSource _allEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One for whoever begins requests, so that it reaches nought only when all have begun and ended.
    private int _open = 1;

    public void Begin(long number, TimeSpan due, CancellationToken abandon)
    {
        Interlocked.Increment(ref _open);
        ThreadPool.UnsafeQueueUserWorkItem(_ => _ = RunAsync(number, due, abandon), null);
    }

    /// <summary>No more will begin; returns when all have ended.</summary>
    public Task AllEndedAsync()
    {
        Leave();
        return _allEnded.Task;
    }

    private async Task RunAsync(long number, TimeSpan due, CancellationToken abandon)
    {
        try
        {
            await SendAsync(client, measurement, clock, number, due, abandon);
        }
        catch (Exception failure)
        {
            _allEnded.TrySetException(failure);
        }
        finally
        {
            Leave();
        }
    }

    /// <summary>Sends one request that is due, and takes down what came of it; false when it failed or was cut off.</summary>
    public static async Task<bool> SendAsync(
        PhotoClient client, Measurement measurement, StartClock clock, long number, TimeSpan due, CancellationToken abandon)
    {
        var sent = clock.Now;

        try
        {
            var outcome = await client.SendAsync(number, sent - due, abandon);
            measurement.Ended(new RequestTimes(due, sent, clock.Now), outcome, client.PlaceOf(number));
            return outcome.Error is null;
        }
        catch (OperationCanceledException) when (abandon.IsCancellationRequested)
        {
            measurement.CutOff();
            return false;
        }
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref _open) == 0)
        {
            _allEnded.TrySetResult();
        }
    }
}
