using InferenceTracing.LoadGenerator.Simulation.Plans;

namespace InferenceTracing.LoadGenerator.Simulation.Results;

/// <summary>What a simulation comes to, as either method leaves it.</summary>
/// <param name="Plan">What was simulated.</param>
/// <param name="Method">How.</param>
/// <param name="Tally">What became of the photographs.</param>
/// <param name="Pools">The cluster's parts over the day, the collector and the store last.</param>
/// <param name="Outboxes">Answers that waited for their judgement.</param>
/// <param name="Spans">The spans.</param>
internal sealed record SimulationResult(
    SimulationPlan Plan, SimulationMethod Method, Tally Tally, IReadOnlyList<PoolWatch> Pools, BacklogWatch Outboxes, SpanFlow Spans)
{
    /// <summary>Events that happened, or replica states that were worked out and seconds that were gone through: what it cost.</summary>
    public required long Events { get; init; }

    /// <summary>Neither answered nor refused at the end, of those that came in the warm-up too.</summary>
    public required double UnderWay { get; init; }

    /// <summary>Seconds of cores that all edges worked.</summary>
    public required double EdgeBusy { get; init; }

    public double SenderBusy { get; init; }

    /// <summary>Of the one machine; null where there is none.</summary>
    public double? SharedBusy { get; init; }

    /// <summary>Answers that went unjudged because an outbox was full.</summary>
    public double OutboxDropped { get; init; }
}
