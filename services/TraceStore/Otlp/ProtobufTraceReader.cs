using Google.Protobuf;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// Reads an <c>ExportTraceServiceRequest</c> (opentelemetry/proto/collector/trace/v1) straight into our spans. Unknown fields are skipped,
/// as protobuf demands of every reader.
/// </summary>
internal sealed class ProtobufTraceReader
{
    private readonly ProtobufCursor _cursor;
    private readonly ProtobufAttributeReader _attributes;
    private readonly ProtobufSpanReader _spans;
    private readonly OtlpOptions _limits;
    private readonly Vocabulary _vocabulary;
    private readonly SpanBatch _batch = new();

    private ProtobufTraceReader(ArraySegment<byte> message, OtlpOptions limits, Vocabulary vocabulary)
    {
        _cursor = new ProtobufCursor(message);
        _attributes = new ProtobufAttributeReader(_cursor, limits, vocabulary);
        _spans = new ProtobufSpanReader(_cursor, _attributes, limits, vocabulary);
        _limits = limits;
        _vocabulary = vocabulary;
    }

    /// <exception cref="OtlpException">The message is malformed.</exception>
    public static SpanBatch Read(ArraySegment<byte> message, OtlpOptions limits, Vocabulary vocabulary)
    {
        try
        {
            var reader = new ProtobufTraceReader(message, limits, vocabulary);
            reader.ReadRequest();
            return reader._batch;
        }
        catch (InvalidProtocolBufferException malformed)
        {
            throw new OtlpException(OtlpFault.Malformed, $"Malformed protobuf: {malformed.Message.ReplaceLineEndings(" ")}", malformed);
        }
    }

    private void ReadRequest()
    {
        while (_cursor.Next() is var tag and not 0)
        {
            if (tag == (1 << 3 | 2))
            {
                ReadResourceSpans();
            }
            else
            {
                _cursor.Skip();
            }
        }
    }

    private void ReadResourceSpans()
    {
        var outer = _cursor.Enter();
        var origins = new List<SpanOrigin>();
        var resource = Resource.Unknown;

        while (_cursor.Next() is var tag and not 0)
        {
            switch (tag)
            {
                case 1 << 3 | 2:
                    resource = ReadResource();
                    break;
                case 2 << 3 | 2:
                    origins.Add(ReadScopeSpans());
                    break;
                default:
                    _cursor.Skip();
                    break;
            }
        }

        _cursor.Leave(outer);
        origins.ForEach(origin => origin.Resource = resource);
    }

    private SpanOrigin ReadScopeSpans()
    {
        var outer = _cursor.Enter();
        var origin = new SpanOrigin();

        while (_cursor.Next() is var tag and not 0)
        {
            switch (tag)
            {
                case 1 << 3 | 2:
                    origin.Scope = ReadScope();
                    break;
                case 2 << 3 | 2:
                    _batch.Add(_spans.Read(origin));
                    break;
                default:
                    _cursor.Skip();
                    break;
            }
        }

        _cursor.Leave(outer);
        return origin;
    }

    private Resource ReadResource()
    {
        var outer = _cursor.Enter();
        var begin = _attributes.Begin();
        var over = 0u;

        while (_cursor.Next() is var tag and not 0)
        {
            if (tag == (1 << 3 | 2))
            {
                _attributes.Push(begin, ref over);
            }
            else
            {
                _cursor.Skip();
            }
        }

        _cursor.Leave(outer);
        return _vocabulary.Resource(_attributes.Pop(begin));
    }

    private Scope ReadScope()
    {
        var outer = _cursor.Enter();
        var begin = _attributes.Begin();
        string name = "", version = "";
        var over = 0u;

        while (_cursor.Next() is var tag and not 0)
        {
            switch (tag)
            {
                case 1 << 3 | 2:
                    name = _limits.Cut(_cursor.ReadText());
                    break;
                case 2 << 3 | 2:
                    version = _limits.Cut(_cursor.ReadText());
                    break;
                case 3 << 3 | 2:
                    _attributes.Push(begin, ref over);
                    break;
                default:
                    _cursor.Skip();
                    break;
            }
        }

        _cursor.Leave(outer);
        return _vocabulary.Scope(_vocabulary.Word(name), version, _attributes.Pop(begin));
    }
}
