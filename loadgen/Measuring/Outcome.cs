namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>What became of one request.</summary>
/// <param name="Error">Its kind (<c>timeout</c>, <c>503 too_busy</c>, <c>connection_refused</c>, …); null when it was answered well.</param>
/// <param name="Degraded">Answered, but without every member's vote.</param>
/// <param name="TraceId">Its trace, where the answer or our own span names a sampled one.</param>
internal readonly record struct Outcome(string? Error, bool Degraded, string? TraceId);
