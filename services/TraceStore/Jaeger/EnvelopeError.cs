using System.Text.Json.Serialization;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>One entry of an envelope's errors.</summary>
internal sealed record EnvelopeError(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)] int Code,
    string Msg,
    [property: JsonPropertyName("traceID"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? TraceId = null);
