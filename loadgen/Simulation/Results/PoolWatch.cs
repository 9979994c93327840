using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Simulation.Results;

/// <summary>A part over the day: how many replicas it had, what they were busy with, and its autoscaler, where it has one.</summary>
internal sealed class PoolWatch(string name, PoolPlan plan)
{
    private readonly Autoscaler? _scaler = plan.Autoscaler is { } scaler ? new Autoscaler(scaler, plan.Cores, plan.Replicas) : null;
    private double _sinceLook, _busySinceLook, _coreSeconds, _seconds;

    public string Name => name;

    public PoolPlan Plan => plan;

    public int Replicas { get; private set; } = plan.Replicas;

    public int Fewest { get; private set; } = plan.Replicas;

    public int Most { get; private set; } = plan.Replicas;

    /// <summary>Seconds of cores that it worked.</summary>
    public double Busy { get; private set; }

    /// <summary>The busiest second.</summary>
    public double Peak { get; private set; }

    /// <summary>Replicas on average.</summary>
    public double Mean => _coreSeconds / plan.Cores / _seconds;

    /// <summary>Share of its cores that it was busy with.</summary>
    public double Utilisation => Busy / _coreSeconds;

    public double Refused { get; set; }

    /// <summary>A stretch has passed.</summary>
    /// <param name="now">At its end.</param>
    /// <param name="seconds">Its length.</param>
    /// <param name="busy">Seconds of cores that it worked in it.</param>
    /// <returns>Replicas from now on.</returns>
    public int Pass(double now, double seconds, double busy)
    {
        var cores = Replicas * plan.Cores;
        Busy += busy;
        Peak = Math.Max(Peak, Math.Min(1, busy / seconds / cores));
        _coreSeconds += cores * seconds;
        _seconds += seconds;
        (_sinceLook, _busySinceLook) = (_sinceLook + seconds, _busySinceLook + busy);

        if (_scaler is not null && _sinceLook >= _scaler.Every.TotalSeconds)
        {
            Replicas = _scaler.Look(now, _busySinceLook / _sinceLook);
            (Fewest, Most) = (Math.Min(Fewest, Replicas), Math.Max(Most, Replicas));
            (_sinceLook, _busySinceLook) = (0, 0);
        }

        return Replicas;
    }
}
