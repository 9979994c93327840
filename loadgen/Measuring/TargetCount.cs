namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>What one address answered.</summary>
internal sealed class TargetCount(Uri target)
{
    public Uri Target { get; } = target;

    public long Answered { get; private set; }

    public long Failed { get; private set; }

    public LatencyHistogram Latency { get; } = new();

    public void Add(TimeSpan latency, in Outcome outcome)
    {
        if (outcome.Error is null)
        {
            Answered++;
            Latency.Record(latency);
        }
        else
        {
            Failed++;
        }
    }
}
