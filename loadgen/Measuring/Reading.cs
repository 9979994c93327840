namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>The measured part of a run so far.</summary>
internal sealed record Reading(
    long Due,
    long Answered,
    long Failed,
    int InFlight,
    TimeSpan P50,
    TimeSpan P95,
    TimeSpan P99,
    IReadOnlyList<KeyValuePair<string, long>> Errors);
