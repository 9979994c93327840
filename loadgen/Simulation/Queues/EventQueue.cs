namespace InferenceTracing.LoadGenerator.Simulation.Queues;

/// <summary>Simulated time: what is to happen, one after the other. What falls on the same moment happens in the order in which it was planned.</summary>
internal sealed class EventQueue
{
    private readonly PriorityQueue<Action, (double At, long Number)> _events = new();
    private long _planned;

    /// <summary>In seconds since the beginning.</summary>
    public double Now { get; private set; }

    /// <summary>Events that have happened: what a simulation costs.</summary>
    public long Happened { get; private set; }

    public void At(double seconds, Action what) => _events.Enqueue(what, (Math.Max(seconds, Now), _planned++));

    public void After(double delay, Action what) => At(Now + delay, what);

    /// <summary>Lets happen what is due until then; the rest stays undone.</summary>
    public void RunUntil(double end)
    {
        while (_events.TryPeek(out _, out var due) && due.At <= end)
        {
            var what = _events.Dequeue();
            Now = due.At;
            Happened++;
            what();
        }

        Now = end;
    }
}
