namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>What happened in one stretch of the run.</summary>
internal sealed class TimeSlice
{
    /// <summary>Requests that were due in it.</summary>
    public long Due { get; set; }

    /// <summary>Requests answered well in it.</summary>
    public long Answered { get; set; }

    /// <summary>Requests that failed in it.</summary>
    public long Failed { get; set; }

    /// <summary>The most requests under way at once.</summary>
    public int InFlight { get; set; }

    /// <summary>Latencies of what ended in it.</summary>
    public LatencyHistogram Latency { get; } = new();

    public void Add(TimeSlice other)
    {
        Due += other.Due;
        Answered += other.Answered;
        Failed += other.Failed;
        InFlight = Math.Max(InFlight, other.InFlight);
        Latency.Add(other.Latency);
    }
}
