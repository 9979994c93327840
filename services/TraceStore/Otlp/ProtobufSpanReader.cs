using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Reads one <c>Span</c> (opentelemetry/proto/trace/v1/trace.proto) with its events, links and status.</summary>
internal sealed class ProtobufSpanReader(
    ProtobufCursor cursor, ProtobufAttributeReader attributes, OtlpOptions limits, Vocabulary vocabulary)
{
    private readonly List<SpanEvent> _events = [];
    private readonly List<SpanLink> _links = [];

    public Span Read(SpanOrigin origin)
    {
        var outer = cursor.Enter();
        var begin = attributes.Begin();
        TraceId traceId = default;
        SpanId spanId = default, parentId = default;
        string name = "", traceState = "", statusMessage = "";
        var kind = SpanKind.Unspecified;
        var status = SpanStatus.Unset;
        ulong start = 0, end = 0;
        uint flags = 0, droppedAttributes = 0, droppedEvents = 0, droppedLinks = 0, overAttributes = 0, overEvents = 0, overLinks = 0;
        _events.Clear();
        _links.Clear();

        while (cursor.Next() is var tag and not 0)
        {
            switch (tag)
            {
                case 1 << 3 | 2:
                    traceId = cursor.ReadTraceId();
                    break;
                case 2 << 3 | 2:
                    spanId = cursor.ReadSpanId();
                    break;
                case 3 << 3 | 2:
                    traceState = limits.Cut(cursor.ReadText());
                    break;
                case 4 << 3 | 2:
                    parentId = cursor.ReadSpanId();
                    break;
                case 5 << 3 | 2:
                    name = vocabulary.Word(limits.Cut(cursor.ReadText()));
                    break;
                case 6 << 3:
                    kind = SpanKinds.FromWire(cursor.ReadEnum());
                    break;
                case 7 << 3 | 1:
                    start = cursor.ReadFixed64();
                    break;
                case 8 << 3 | 1:
                    end = cursor.ReadFixed64();
                    break;
                case 9 << 3 | 2:
                    attributes.Push(begin, ref overAttributes);
                    break;
                case 10 << 3:
                    droppedAttributes = cursor.ReadCount();
                    break;
                case 11 << 3 | 2:
                    AddWithin(limits.MaxEvents, _events, ReadEvent(), ref overEvents);
                    break;
                case 12 << 3:
                    droppedEvents = cursor.ReadCount();
                    break;
                case 13 << 3 | 2:
                    AddWithin(limits.MaxLinks, _links, ReadLink(), ref overLinks);
                    break;
                case 14 << 3:
                    droppedLinks = cursor.ReadCount();
                    break;
                case 15 << 3 | 2:
                    (status, statusMessage) = ReadStatus();
                    break;
                case 16 << 3 | 5:
                    flags = cursor.ReadFixed32();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.Leave(outer);
        return new Span
        {
            TraceId = traceId,
            SpanId = spanId,
            ParentId = parentId,
            Name = name,
            Kind = kind,
            StartNanos = start,
            EndNanos = end,
            Status = status,
            StatusMessage = statusMessage,
            TraceState = traceState,
            Flags = flags,
            Attributes = attributes.Pop(begin),
            DroppedAttributes = droppedAttributes + overAttributes,
            Events = [.. _events],
            DroppedEvents = droppedEvents + overEvents,
            Links = [.. _links],
            DroppedLinks = droppedLinks + overLinks,
            Origin = origin,
        };
    }

    private static void AddWithin<T>(int limit, List<T> list, T item, ref uint over)
    {
        if (list.Count < limit)
        {
            list.Add(item);
        }
        else
        {
            over++;
        }
    }

    private SpanEvent ReadEvent()
    {
        var outer = cursor.Enter();
        var begin = attributes.Begin();
        var name = "";
        ulong time = 0;
        uint dropped = 0, over = 0;

        while (cursor.Next() is var tag and not 0)
        {
            switch (tag)
            {
                case 1 << 3 | 1:
                    time = cursor.ReadFixed64();
                    break;
                case 2 << 3 | 2:
                    name = vocabulary.Word(limits.Cut(cursor.ReadText()));
                    break;
                case 3 << 3 | 2:
                    attributes.Push(begin, ref over);
                    break;
                case 4 << 3:
                    dropped = cursor.ReadCount();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.Leave(outer);
        return new SpanEvent(time, name, attributes.Pop(begin), dropped + over);
    }

    private SpanLink ReadLink()
    {
        var outer = cursor.Enter();
        var begin = attributes.Begin();
        TraceId traceId = default;
        SpanId spanId = default;
        var traceState = "";
        uint dropped = 0, over = 0, flags = 0;

        while (cursor.Next() is var tag and not 0)
        {
            switch (tag)
            {
                case 1 << 3 | 2:
                    traceId = cursor.ReadTraceId();
                    break;
                case 2 << 3 | 2:
                    spanId = cursor.ReadSpanId();
                    break;
                case 3 << 3 | 2:
                    traceState = limits.Cut(cursor.ReadText());
                    break;
                case 4 << 3 | 2:
                    attributes.Push(begin, ref over);
                    break;
                case 5 << 3:
                    dropped = cursor.ReadCount();
                    break;
                case 6 << 3 | 5:
                    flags = cursor.ReadFixed32();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.Leave(outer);
        return new SpanLink(traceId, spanId, traceState, attributes.Pop(begin), dropped + over, flags);
    }

    private (SpanStatus Status, string Message) ReadStatus()
    {
        var outer = cursor.Enter();
        var message = "";
        var code = 0;

        while (cursor.Next() is var tag and not 0)
        {
            switch (tag)
            {
                case 2 << 3 | 2:
                    message = limits.Cut(cursor.ReadText());
                    break;
                case 3 << 3:
                    code = cursor.ReadEnum();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.Leave(outer);
        return (code is 1 or 2 ? (SpanStatus)code : SpanStatus.Unset, message);
    }
}
