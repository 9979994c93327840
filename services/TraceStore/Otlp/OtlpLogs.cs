using Google.Protobuf.Collections;
using InferenceTracing.TraceStore.Model;
using OpenTelemetry.Proto.Logs.V1;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Makes our log records of OTLP's (opentelemetry/proto/logs/v1), within the limits.</summary>
internal sealed class OtlpLogs(OtlpOptions limits)
{
    private readonly OtlpAttributes _attributes = new(limits);

    public List<Model.LogRecord> Read(RepeatedField<ResourceLogs> resources)
    {
        var logs = new List<Model.LogRecord>();

        foreach (var resourceLogs in resources)
        {
            var resource = _attributes.Resource(resourceLogs.Resource);

            foreach (var scopeLogs in resourceLogs.ScopeLogs)
            {
                var origin = new SpanOrigin { Resource = resource, Scope = _attributes.Scope(scopeLogs.Scope) };
                logs.AddRange(scopeLogs.LogRecords.Select(sent => Read(sent, origin)));
            }
        }

        return logs;
    }

    private Model.LogRecord Read(OpenTelemetry.Proto.Logs.V1.LogRecord sent, SpanOrigin origin) => new()
    {
        TraceId = TraceId.FromBytes(sent.TraceId.Span),
        SpanId = SpanId.FromBytes(sent.SpanId.Span),
        TimeNanos = sent.TimeUnixNano == 0 ? sent.ObservedTimeUnixNano : sent.TimeUnixNano,
        ObservedNanos = sent.ObservedTimeUnixNano,
        Severity = sent.SeverityNumber,
        Level = limits.Cut(sent.SeverityText),
        EventName = limits.Cut(sent.EventName),
        Flags = sent.Flags,
        Body = _attributes.Value(sent.Body),
        Attributes = _attributes.List(sent.Attributes, out var over),
        DroppedAttributes = sent.DroppedAttributesCount + over,
        Origin = origin,
    };
}
