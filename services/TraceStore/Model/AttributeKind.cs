namespace InferenceTracing.TraceStore.Model;

/// <summary>What an attribute's value is (opentelemetry/proto/common/v1, <c>AnyValue</c>).</summary>
internal enum AttributeKind : byte
{
    Empty,
    Text,
    Flag,
    Integer,
    Real,
    Bytes,
    Array,
    Map,
}
