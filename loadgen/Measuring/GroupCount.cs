namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>What became of the requests that have something in common: their address, or their photograph.</summary>
internal sealed class GroupCount(string name)
{
    public string Name { get; } = name;

    public long Answered { get; private set; }

    /// <summary>Of the answered ones, those without every member's vote.</summary>
    public long Degraded { get; private set; }

    public long Failed { get; private set; }

    /// <summary>Of the answered ones, from the intended start.</summary>
    public LatencyHistogram Latency { get; } = new();

    public void Add(TimeSpan latency, in Outcome outcome)
    {
        if (outcome.Error is null)
        {
            Answered++;
            Degraded += outcome.Degraded ? 1 : 0;
            Latency.Record(latency);
        }
        else
        {
            Failed++;
        }
    }
}
