namespace InferenceTracing.TraceStore.Storage;

/// <summary>How full the store is. Bytes are estimates on the high side.</summary>
internal readonly record struct StoreCounts(int Traces, long Spans, long Bytes, int MaxTraces, long MaxBytes);
