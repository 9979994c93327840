namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>The few slowest requests of a run, whatever its length.</summary>
internal sealed class SlowestRequests(int kept)
{
    // The least slow of them comes first, and goes first.
    private readonly PriorityQueue<SlowRequest, TimeSpan> _queue = new();

    /// <summary>Slowest first.</summary>
    public IReadOnlyList<SlowRequest> All => [.. _queue.UnorderedItems.OrderByDescending(item => item.Priority).Select(item => item.Element)];

    public void Offer(RequestTimes times, in Outcome outcome, TimeSpan at)
    {
        if (_queue.Count == kept && _queue.TryPeek(out _, out var least) && times.Latency <= least)
        {
            return;
        }

        if (_queue.Count == kept)
        {
            _queue.Dequeue();
        }

        _queue.Enqueue(new SlowRequest(times.Latency, at, outcome.Error, outcome.TraceId), times.Latency);
    }
}

/// <summary>One of the slowest requests, for a look at its trace.</summary>
/// <param name="Latency">What it took.</param>
/// <param name="At">When it was due, from the end of the warm-up.</param>
/// <param name="Error">Its kind of error; null where it was answered.</param>
/// <param name="TraceId">Its trace; null where it has none.</param>
internal sealed record SlowRequest(TimeSpan Latency, TimeSpan At, string? Error, string? TraceId);
