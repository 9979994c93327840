namespace InferenceTracing.TraceStore.Storage;

/// <summary>One service's part of a trace.</summary>
internal sealed record ServiceShare(string Name, int Spans, int Errors);
