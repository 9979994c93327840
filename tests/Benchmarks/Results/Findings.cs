namespace InferenceTracing.Benchmarks.Results;

/// <summary>What a benchmark found.</summary>
/// <param name="Headline">The one figure, in a sentence.</param>
/// <param name="Met">Whether the target is met; null where there is none.</param>
/// <param name="Tables">The rest.</param>
internal sealed record Findings(string Headline, bool? Met, IReadOnlyList<FigureTable> Tables)
{
    /// <summary>The same for a program, JSON; null where there is no such form.</summary>
    public string? Json { get; init; }
}

/// <summary>A table of text.</summary>
internal sealed record FigureTable(IReadOnlyList<string> Head, IReadOnlyList<IReadOnlyList<string>> Rows);
