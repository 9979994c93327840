using Google.Protobuf;
using Google.Protobuf.Collections;
using InferenceTracing.TraceStore.Model;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Makes our spans of OTLP's (opentelemetry/proto/trace/v1), within the limits. Unknown enum values stay as they are.</summary>
internal sealed class OtlpSpans(OtlpOptions limits)
{
    private readonly OtlpAttributes _attributes = new(limits);

    /// <summary>The spans of some resources.</summary>
    /// <param name="resources">What was sent.</param>
    /// <param name="invalid">How many spans have no valid trace id or span id, and are left out.</param>
    public List<Model.Span> Read(RepeatedField<ResourceSpans> resources, out int invalid)
    {
        var spans = new List<Model.Span>();
        invalid = 0;

        foreach (var resourceSpans in resources)
        {
            var resource = _attributes.Resource(resourceSpans.Resource);

            foreach (var scopeSpans in resourceSpans.ScopeSpans)
            {
                var origin = new SpanOrigin { Resource = resource, Scope = _attributes.Scope(scopeSpans.Scope) };

                foreach (var sent in scopeSpans.Spans)
                {
                    var span = Read(sent, origin);

                    if (span.TraceId.IsValid && span.SpanId.IsValid)
                    {
                        spans.Add(span);
                    }
                    else
                    {
                        invalid++;
                    }
                }
            }
        }

        return spans;
    }

    private Model.Span Read(OpenTelemetry.Proto.Trace.V1.Span sent, SpanOrigin origin) => new()
    {
        TraceId = TraceId.FromBytes(sent.TraceId.Span),
        SpanId = SpanId.FromBytes(sent.SpanId.Span),
        ParentId = SpanId.FromBytes(sent.ParentSpanId.Span),
        Name = _attributes.Cut(sent.Name),
        Kind = (SpanKind)sent.Kind,
        StartNanos = sent.StartTimeUnixNano,
        EndNanos = sent.EndTimeUnixNano,
        Status = (SpanStatus)(sent.Status?.Code ?? 0),
        StatusMessage = _attributes.Cut(sent.Status?.Message ?? ""),
        TraceState = _attributes.Cut(sent.TraceState),
        Flags = sent.Flags,
        Attributes = _attributes.List(sent.Attributes, out var over),
        DroppedAttributes = sent.DroppedAttributesCount + over,
        Events = sent.Events.Count == 0 ? [] : [.. sent.Events.Take(limits.MaxEvents).Select(Read)],
        DroppedEvents = sent.DroppedEventsCount + (uint)Math.Max(0, sent.Events.Count - limits.MaxEvents),
        Links = sent.Links.Count == 0 ? [] : [.. sent.Links.Take(limits.MaxLinks).Select(Read)],
        DroppedLinks = sent.DroppedLinksCount + (uint)Math.Max(0, sent.Links.Count - limits.MaxLinks),
        Origin = origin,
    };

    private SpanEvent Read(OpenTelemetry.Proto.Trace.V1.Span.Types.Event sent) => new(
        sent.TimeUnixNano, _attributes.Cut(sent.Name), _attributes.List(sent.Attributes, out var over), sent.DroppedAttributesCount + over);

    private SpanLink Read(OpenTelemetry.Proto.Trace.V1.Span.Types.Link sent) => new(
        TraceId.FromBytes(sent.TraceId.Span),
        SpanId.FromBytes(sent.SpanId.Span),
        _attributes.Cut(sent.TraceState),
        _attributes.List(sent.Attributes, out var over),
        sent.DroppedAttributesCount + over,
        sent.Flags);
}

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
        Level = _attributes.Cut(sent.SeverityText),
        EventName = _attributes.Cut(sent.EventName),
        Flags = sent.Flags,
        Body = _attributes.Value(sent.Body),
        Attributes = _attributes.List(sent.Attributes, out var over),
        DroppedAttributes = sent.DroppedAttributesCount + over,
        Origin = origin,
    };
}

/// <summary>Makes our attributes, resources and scopes of OTLP's, within the limits.</summary>
internal sealed class OtlpAttributes(OtlpOptions limits)
{
    public Model.Resource Resource(OpenTelemetry.Proto.Resource.V1.Resource? resource)
    {
        if (resource is null)
        {
            return Model.Resource.Unknown;
        }

        var attributes = List(resource.Attributes, out _);
        return new Model.Resource(Model.Resource.NameIn(attributes), attributes);
    }

    public Scope Scope(InstrumentationScope? scope) =>
        scope is null ? Model.Scope.Unknown : new Scope(Cut(scope.Name), Cut(scope.Version), List(scope.Attributes, out _));

    /// <param name="attributes">What was sent.</param>
    /// <param name="over">How many there are beyond <see cref="OtlpOptions.MaxAttributes"/>.</param>
    public SpanAttribute[] List(IReadOnlyList<KeyValue> attributes, out uint over) => List(attributes, 0, out over);

    public AttributeValue Value(AnyValue? value) => Value(value, 0);

    /// <summary>Cuts a text to <see cref="OtlpOptions.MaxAttributeLength"/>, never through a surrogate pair.</summary>
    public string Cut(string text)
    {
        if (text.Length <= limits.MaxAttributeLength)
        {
            return text;
        }

        var length = limits.MaxAttributeLength;
        return text[..(char.IsHighSurrogate(text[length - 1]) ? length - 1 : length)];
    }

    private SpanAttribute[] List(IReadOnlyList<KeyValue> attributes, int depth, out uint over)
    {
        var list = new SpanAttribute[Math.Min(attributes.Count, limits.MaxAttributes)];
        over = (uint)(attributes.Count - list.Length);

        for (var index = 0; index < list.Length; index++)
        {
            list[index] = new SpanAttribute(Cut(attributes[index].Key), Value(attributes[index].Value, depth + 1));
        }

        return list;
    }

    /// <summary>A value that nests too deep is kept as an empty one.</summary>
    private AttributeValue Value(AnyValue? value, int depth) => value?.ValueCase switch
    {
        _ when depth > limits.MaxDepth => default,
        AnyValue.ValueOneofCase.StringValue => AttributeValue.Of(Cut(value.StringValue)),
        AnyValue.ValueOneofCase.BoolValue => AttributeValue.Of(value.BoolValue),
        AnyValue.ValueOneofCase.IntValue => AttributeValue.Of(value.IntValue),
        AnyValue.ValueOneofCase.DoubleValue => AttributeValue.Of(value.DoubleValue),
        AnyValue.ValueOneofCase.BytesValue => AttributeValue.Of(Cut(value.BytesValue)),
        AnyValue.ValueOneofCase.ArrayValue => AttributeValue.Of(
            value.ArrayValue.Values.Take(limits.MaxAttributes).Select(item => Value(item, depth + 1)).ToArray()),
        AnyValue.ValueOneofCase.KvlistValue => AttributeValue.Of(List(value.KvlistValue.Values, depth, out _)),
        _ => default,
    };

    private byte[] Cut(ByteString bytes) => bytes.Span[..Math.Min(bytes.Length, limits.MaxAttributeLength)].ToArray();
}
