using System.Diagnostics;
using System.Globalization;
using Google.Protobuf;

namespace InferenceTracing.TestBed.Traces;

/// <summary>Reads what a service exports, without our own store's reader: the spans of an ExportTraceServiceRequest (open-telemetry/opentelemetry-proto, trace/v1/trace.proto), field by field.</summary>
internal static class OtlpMessage
{
    public static List<ExportedSpan> Spans(byte[] message)
    {
        var spans = new List<ExportedSpan>();
        Fields(ByteString.CopyFrom(message), (field, value) =>
        {
            if (field == 1)
            {
                ResourceSpans(value.Bytes, spans);
            }
        });
        return spans;
    }

    /// <summary>The records of an ExportLogsServiceRequest (logs/v1/logs.proto): what they say and in which trace.</summary>
    public static List<ExportedLog> Logs(byte[] message)
    {
        var logs = new List<ExportedLog>();
        Within(ByteString.CopyFrom(message), 1, resource => Within(resource, 2, scope => Within(scope, 2, record => logs.Add(Log(record)))));
        return logs;
    }

    private static ExportedLog Log(ByteString record)
    {
        var (traceId, text) = ("", "");
        Within(record, 9, id => traceId = Hex(id));
        Within(record, 5, body => Fields(body, (kind, any) => text = Text(kind, any)));
        return new ExportedLog(traceId, text);
    }

    private static void Within(ByteString message, int wanted, Action<ByteString> visit) => Fields(message, (field, value) =>
    {
        if (field == wanted)
        {
            visit(value.Bytes);
        }
    });

    private static void ResourceSpans(ByteString message, List<ExportedSpan> all)
    {
        var resource = new Dictionary<string, string>();
        var spans = new List<ExportedSpan>();
        Fields(message, (field, value) =>
        {
            switch (field)
            {
                case 1:
                    Fields(value.Bytes, (inner, attribute) => Attribute(inner == 1, attribute, resource));
                    break;
                case 2:
                    Fields(value.Bytes, (inner, span) =>
                    {
                        if (inner == 2)
                        {
                            spans.Add(Span(span.Bytes));
                        }
                    });
                    break;
            }
        });
        spans.ForEach(span => span.Resource = resource);
        all.AddRange(spans);
    }

    private static ExportedSpan Span(ByteString message)
    {
        var span = new ExportedSpan();
        Fields(message, (field, value) =>
        {
            switch (field)
            {
                case 1:
                    span.TraceId = Hex(value.Bytes);
                    break;
                case 2:
                    span.Id = Hex(value.Bytes);
                    break;
                case 4:
                    span.ParentId = value.Bytes.IsEmpty ? null : Hex(value.Bytes);
                    break;
                case 5:
                    span.Name = value.Bytes.ToStringUtf8();
                    break;
                case 6:
                    // OTLP counts kinds from 1; 0 stands for none.
                    span.Kind = (ActivityKind)(value.Number - 1);
                    break;
                case 11:
                    Fields(value.Bytes, (inner, name) => Add(inner == 2, name, span.Events));
                    break;
                case 15:
                    Fields(value.Bytes, (inner, code) => span.Status = inner == 3 ? (ActivityStatusCode)code.Number : span.Status);
                    break;
                default:
                    Attribute(field == 9, value, span.Attributes);
                    break;
            }
        });
        return span;
    }

    private static void Add(bool wanted, Value value, List<string> names)
    {
        if (wanted)
        {
            names.Add(value.Bytes.ToStringUtf8());
        }
    }

    private static void Attribute(bool wanted, Value pair, Dictionary<string, string> attributes)
    {
        if (!wanted)
        {
            return;
        }

        var (key, text) = ("", "");
        Fields(pair.Bytes, (field, value) =>
        {
            if (field == 1)
            {
                key = value.Bytes.ToStringUtf8();
            }
            else
            {
                Fields(value.Bytes, (kind, any) => text = Text(kind, any));
            }
        });
        attributes[key] = text;
    }

    /// <summary>An AnyValue: string 1, bool 2, int 3, double 4; anything else is not compared here.</summary>
    private static string Text(int kind, Value value) => kind switch
    {
        1 => value.Bytes.ToStringUtf8(),
        2 => value.Number == 0 ? "false" : "true",
        3 => value.Number.ToString(CultureInfo.InvariantCulture),
        4 => BitConverter.Int64BitsToDouble(value.Number).ToString(CultureInfo.InvariantCulture),
        _ => value.Bytes.ToStringUtf8(),
    };

    private static void Fields(ByteString message, Action<int, Value> visit)
    {
        var input = message.CreateCodedInput();

        while (input.ReadTag() is var tag and not 0)
        {
            var field = WireFormat.GetTagFieldNumber(tag);

            switch (WireFormat.GetTagWireType(tag))
            {
                case WireFormat.WireType.Varint:
                    visit(field, new Value(ByteString.Empty, (long)input.ReadUInt64()));
                    break;
                case WireFormat.WireType.Fixed64:
                    visit(field, new Value(ByteString.Empty, (long)input.ReadFixed64()));
                    break;
                case WireFormat.WireType.Fixed32:
                    visit(field, new Value(ByteString.Empty, input.ReadFixed32()));
                    break;
                default:
                    visit(field, new Value(input.ReadBytes(), 0));
                    break;
            }
        }
    }

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private readonly record struct Value(ByteString Bytes, long Number);
}
