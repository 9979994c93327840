using InferenceTracing.LoadGenerator.Simulation.Plans;

namespace InferenceTracing.LoadGenerator.Simulation.Queues;

/// <summary>
/// Kubernetes' HorizontalPodAutoscaler by processor time: as many replicas as keep each at the target, none for a difference of less than a tenth, and fewer only once
/// no wish of the last minutes was higher. What it orders answers after a delay.
/// </summary>
internal sealed class Autoscaler(AutoscalerPlan plan, double coresOfOne, int replicas)
{
    private const double Tolerance = 0.1;

    private readonly Queue<(double At, int Wanted)> _wishes = new();
    private readonly Queue<(double At, int Replicas)> _starting = new();
    private int _ordered = replicas;

    /// <summary>Replicas that answer.</summary>
    public int Ready { get; private set; } = replicas;

    public TimeSpan Every => plan.Every;

    /// <summary>Looks at the last stretch and decides.</summary>
    /// <param name="now">In seconds since the beginning.</param>
    /// <param name="busy">Cores that all ready replicas together were busy with, on average.</param>
    /// <returns>Replicas that answer from now on.</returns>
    public int Look(double now, double busy)
    {
        while (_starting.TryPeek(out var started) && started.At <= now)
        {
            Ready = _starting.Dequeue().Replicas;
        }

        var ratio = busy / (Ready * coresOfOne * plan.Target);
        var wanted = Math.Clamp(Math.Abs(ratio - 1) <= Tolerance ? Ready : (int)Math.Ceiling((Ready * ratio) - 1e-9), plan.Min, plan.Max);
        _wishes.Enqueue((now, wanted));

        while (_wishes.Peek().At < now - plan.DownAfter.TotalSeconds)
        {
            _wishes.Dequeue();
        }

        if (wanted > _ordered)
        {
            _ordered = wanted;
            _starting.Enqueue((now + plan.Delay.TotalSeconds, wanted));
        }
        else if (_starting.Count == 0 && now >= plan.DownAfter.TotalSeconds && _wishes.Max(wish => wish.Wanted) is var highest && highest < Ready)
        {
            Ready = _ordered = highest;
        }

        return Ready;
    }
}
