namespace InferenceTracing.LoadGenerator.Traces;

/// <summary>What the traces of a run's answered requests say.</summary>
/// <param name="Checked">Traces that were asked for.</param>
/// <param name="Complete">Those with every span of every hop below its parent.</param>
/// <param name="Incomplete">Those that lack spans, or have some that should not be there.</param>
/// <param name="Missing">Those of which there is no span at all.</param>
/// <param name="Problems">How often each span is missing, most often first.</param>
/// <param name="Stages">Where the time went, of the complete ones.</param>
/// <param name="Members">What each member took, of the complete ones.</param>
internal sealed record TraceReport(
    int Checked,
    int Complete,
    int Incomplete,
    int Missing,
    IReadOnlyDictionary<string, int> Problems,
    IReadOnlyList<StageTime> Stages,
    IReadOnlyList<StageTime> Members)
{
    /// <summary>0 … 1; null where nothing was checked.</summary>
    public double? CompleteShare => Checked == 0 ? null : (double)Complete / Checked;
}

/// <summary>How long a stage took over many traces.</summary>
internal sealed record StageTime(string Name, TimeSpan Mean, TimeSpan P50, TimeSpan P95);
