namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>One of the slowest requests, for a look at its trace.</summary>
/// <param name="Latency">What it took.</param>
/// <param name="At">When it was due, from the end of the warm-up.</param>
/// <param name="Error">Its kind of error; null where it was answered.</param>
/// <param name="TraceId">Its trace; null where it has none.</param>
internal sealed record SlowRequest(TimeSpan Latency, TimeSpan At, string? Error, string? TraceId);
