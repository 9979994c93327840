namespace InferenceTracing.TraceStore.Tests;

/// <summary>Tests that look at the whole process run after the others, one at a time.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;
