using InferenceTracing.LoadGenerator.Arrivals;

namespace InferenceTracing.LoadGenerator.Scenarios;

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
        var from = QuantityText.Number(ends[0]);
        var to = ends.Length == 1 ? from : QuantityText.Number(ends[^1]);

        return ends.Length <= 2 && duration > TimeSpan.Zero && from + to > 0
            ? new ArrivalStage(duration, from, to)
            : throw new UsageException($"stage: '{text}' asks for nothing: write for example 30s:50 or 1m:10..80.");
    }
}
