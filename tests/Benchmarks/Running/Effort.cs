namespace InferenceTracing.Benchmarks.Running;

/// <summary>How much is measured.</summary>
/// <param name="Slice">Each side of a pair, each time.</param>
/// <param name="Pairs">How often each pair is measured.</param>
/// <param name="Endurance">How long the memory benchmark loads the system.</param>
internal sealed record Effort(TimeSpan Slice, int Pairs, TimeSpan Endurance);
