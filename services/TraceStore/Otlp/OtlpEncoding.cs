namespace InferenceTracing.TraceStore.Otlp;

/// <summary>How an export request and its answer are written.</summary>
internal enum OtlpEncoding
{
    Protobuf,
    Json,
}
