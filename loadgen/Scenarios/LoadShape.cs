using InferenceTracing.LoadGenerator.Arrivals;

namespace InferenceTracing.LoadGenerator.Scenarios;

/// <summary>How load is made.</summary>
internal abstract record LoadShape;

/// <summary>Requests start when they are due, however many are still under way: what users who do not know of each other do.</summary>
/// <param name="Stages">The arrival rate over time, without the warm-up.</param>
/// <param name="Arrivals">Evenly spaced or Poisson.</param>
internal sealed record OpenLoad(IReadOnlyList<ArrivalStage> Stages, ArrivalKind Arrivals) : LoadShape
{
    public override string ToString()
    {
        var kind = Arrivals == ArrivalKind.Poisson ? " (Poisson)" : "";
        var stages = Stages.Select(stage => stage.From == stage.To ? $"{stage.From:0.##}/s" : $"{stage.From:0.##} → {stage.To:0.##}/s");
        return $"open, {string.Join(", ", stages)}{kind}";
    }
}

/// <summary>Each client sends its next request when it has its answer, so that a slow system is asked less.</summary>
internal sealed record ClosedLoad(int Clients) : LoadShape
{
    public override string ToString() => $"closed, {Clients} {(Clients == 1 ? "client" : "clients")}";
}
