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
