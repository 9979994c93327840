namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Why an export request was refused.</summary>
internal enum OtlpFault
{
    Malformed,
    TooLarge,
    Unsupported,
    Overloaded,
}
