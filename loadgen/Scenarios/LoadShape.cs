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

/// <summary>A stage as people write it: <c>30s:50</c> holds fifty requests a second, <c>1m:10..80</c> climbs from ten to eighty.</summary>
internal static class StageText
{
    /// <exception cref="UsageException">It is no stage.</exception>
    public static ArrivalStage Parse(string text)
    {
        if (text.Split(':') is not [var length, var rates])
        {
            throw new UsageException($"stage: '{text}' is none: write for example 30s:50 or 1m:10..80.");
        }

        var duration = QuantityText.Duration(length);
        var ends = rates.Split("..");
        var from = QuantityText.Rate(ends[0]);
        var to = ends.Length == 1 ? from : QuantityText.Rate(ends[^1]);

        return ends.Length <= 2 && duration > TimeSpan.Zero && from + to > 0
            ? new ArrivalStage(duration, from, to)
            : throw new UsageException($"stage: '{text}' asks for nothing: write for example 30s:50 or 1m:10..80.");
    }
}
