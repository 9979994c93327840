using InferenceTracing.LoadGenerator.Simulation.Plans;

namespace InferenceTracing.LoadGenerator.Simulation.Results;

/// <summary>Watches something that fills while the link is down: the most there was, and how long after the last outage it took until next to nothing was left.</summary>
internal sealed class BacklogWatch(SimulationPlan plan)
{
    // Answers that are audited all day are a backlog of their own, and a small one.
    private const double NextToNothing = 0.005;

    private readonly double? _lastEnd = plan.Outages.Count == 0 ? null : plan.Outages.Max(outage => (outage.At + outage.For).TotalSeconds);

    public double Most { get; private set; }

    public double Now { get; private set; }

    /// <summary>After the end of the last outage, in seconds; null where there was none, or it was not over by the end.</summary>
    public double? DrainedAfter { get; private set; }

    /// <summary>True from the first outage until what it left behind is gone.</summary>
    public bool IsLeft { get; private set; }

    public void Look(double at, double amount, bool isDown)
    {
        Now = amount;
        Most = Math.Max(Most, amount);
        IsLeft = isDown || (IsLeft && amount > Math.Max(1, Most * NextToNothing));

        if (!isDown && !IsLeft && DrainedAfter is null && at >= _lastEnd)
        {
            DrainedAfter = at - _lastEnd;
        }
    }
}
