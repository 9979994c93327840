namespace InferenceTracing.TraceStore.Model;

/// <summary>How a span ended, with OTLP's numbers.</summary>
internal enum SpanStatus : byte
{
    Unset = 0,
    Ok = 1,
    Error = 2,
}
