using System.Buffers.Binary;
using Google.Protobuf;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Makes OTLP's messages of our spans: the way back of <see cref="OtlpSpans"/>.</summary>
internal static class OtlpWriting
{
    public static TracesData Data(Trace trace)
    {
        var data = new TracesData();

        foreach (var fromResource in trace.Spans.GroupBy(span => span.Resource))
        {
            var resource = new ResourceSpans { Resource = new OpenTelemetry.Proto.Resource.V1.Resource { Attributes = { Attributes(fromResource.Key.Attributes) } } };
            resource.ScopeSpans.AddRange(fromResource.GroupBy(span => span.Origin.Scope).Select(fromScope => new ScopeSpans
            {
                Scope = new InstrumentationScope { Name = fromScope.Key.Name, Version = fromScope.Key.Version, Attributes = { Attributes(fromScope.Key.Attributes) } },
                Spans = { fromScope.Select(Write) },
            }));
            data.ResourceSpans.Add(resource);
        }

        return data;
    }

    private static OpenTelemetry.Proto.Trace.V1.Span Write(Model.Span span) => new()
    {
        TraceId = Id(span.TraceId),
        SpanId = Id(span.SpanId),
        ParentSpanId = span.ParentId.IsValid ? Id(span.ParentId) : ByteString.Empty,
        TraceState = span.TraceState,
        Name = span.Name,
        Kind = (OpenTelemetry.Proto.Trace.V1.Span.Types.SpanKind)span.Kind,
        StartTimeUnixNano = span.StartNanos,
        EndTimeUnixNano = span.EndNanos,
        Status = new Status { Code = (Status.Types.StatusCode)span.Status, Message = span.StatusMessage },
        Flags = span.Flags,
        Attributes = { Attributes(span.Attributes) },
        DroppedAttributesCount = span.DroppedAttributes,
        Events = { span.Events.Select(Write) },
        DroppedEventsCount = span.DroppedEvents,
        Links = { span.Links.Select(Write) },
        DroppedLinksCount = span.DroppedLinks,
    };

    private static OpenTelemetry.Proto.Trace.V1.Span.Types.Event Write(SpanEvent happened) => new()
    {
        TimeUnixNano = happened.TimeNanos,
        Name = happened.Name,
        Attributes = { Attributes(happened.Attributes) },
        DroppedAttributesCount = happened.DroppedAttributes,
    };

    private static OpenTelemetry.Proto.Trace.V1.Span.Types.Link Write(SpanLink link) => new()
    {
        TraceId = Id(link.TraceId),
        SpanId = Id(link.SpanId),
        TraceState = link.TraceState,
        Attributes = { Attributes(link.Attributes) },
        DroppedAttributesCount = link.DroppedAttributes,
        Flags = link.Flags,
    };

    private static IEnumerable<KeyValue> Attributes(SpanAttribute[] attributes) =>
        attributes.Select(attribute => new KeyValue { Key = attribute.Key, Value = Value(attribute.Value) });

    private static AnyValue Value(AttributeValue value) => value.Kind switch
    {
        AttributeKind.Text => new AnyValue { StringValue = value.Text },
        AttributeKind.Flag => new AnyValue { BoolValue = value.Flag },
        AttributeKind.Integer => new AnyValue { IntValue = value.Integer },
        AttributeKind.Real => new AnyValue { DoubleValue = value.Real },
        AttributeKind.Bytes => new AnyValue { BytesValue = ByteString.CopyFrom(value.Blob) },
        AttributeKind.Array => new AnyValue { ArrayValue = new ArrayValue { Values = { value.Items.Select(Value) } } },
        AttributeKind.Map => new AnyValue { KvlistValue = new KeyValueList { Values = { Attributes(value.Fields) } } },
        _ => new AnyValue(),
    };

    private static ByteString Id(TraceId id)
    {
        Span<byte> bytes = stackalloc byte[TraceId.Size];
        id.WriteBytes(bytes);
        return ByteString.CopyFrom(bytes);
    }

    private static ByteString Id(SpanId id)
    {
        Span<byte> bytes = stackalloc byte[SpanId.Size];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, id.Value);
        return ByteString.CopyFrom(bytes);
    }
}
