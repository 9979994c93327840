using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;

namespace InferenceTracing.TraceStore.Tests;

/// <summary>Builds OTLP messages byte by byte, by the field numbers of opentelemetry-proto, independently of the code under test.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Over memory there is nothing to dispose of.")]
internal sealed class OtlpBytes
{
    private readonly MemoryStream _buffer = new();
    private readonly CodedOutputStream _output;

    public OtlpBytes() => _output = new CodedOutputStream(_buffer);

    public OtlpBytes Text(int field, string text)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteString(text);
        return this;
    }

    public OtlpBytes Bytes(int field, byte[] bytes)
    {
        _output.WriteTag(field, WireFormat.WireType.LengthDelimited);
        _output.WriteBytes(ByteString.CopyFrom(bytes));
        return this;
    }

    public OtlpBytes Hex(int field, string hex) => Bytes(field, Convert.FromHexString(hex));

    public OtlpBytes Varint(int field, long value)
    {
        _output.WriteTag(field, WireFormat.WireType.Varint);
        _output.WriteInt64(value);
        return this;
    }

    public OtlpBytes Fixed64(int field, ulong value)
    {
        _output.WriteTag(field, WireFormat.WireType.Fixed64);
        _output.WriteFixed64(value);
        return this;
    }

    public OtlpBytes Fixed32(int field, uint value)
    {
        _output.WriteTag(field, WireFormat.WireType.Fixed32);
        _output.WriteFixed32(value);
        return this;
    }

    public OtlpBytes Real(int field, double value) => Fixed64(field, BitConverter.DoubleToUInt64Bits(value));

    public OtlpBytes Message(int field, OtlpBytes message) => Bytes(field, message.ToArray());

    public byte[] ToArray()
    {
        _output.Flush();
        return _buffer.ToArray();
    }

    public static OtlpBytes Attribute(string key, OtlpBytes value) => new OtlpBytes().Text(1, key).Message(2, value);

    public static OtlpBytes Attribute(string key, string value) => Attribute(key, new OtlpBytes().Text(1, value));

    /// <summary>A whole request with one resource and one scope.</summary>
    public static byte[] Request(string service, params OtlpBytes[] spans)
    {
        var scopeSpans = new OtlpBytes().Message(1, new OtlpBytes().Text(1, "test.scope").Text(2, "1.2.3"));

        foreach (var span in spans)
        {
            scopeSpans.Message(2, span);
        }

        var resource = new OtlpBytes().Message(1, Attribute("service.name", service)).Message(1, Attribute("host.name", "edge-1"));
        return new OtlpBytes().Message(1, new OtlpBytes().Message(1, resource).Message(2, scopeSpans)).ToArray();
    }

    /// <summary>A whole request of log records with one resource and one scope.</summary>
    public static byte[] Logs(string service, string logger, params OtlpBytes[] records)
    {
        var scopeLogs = new OtlpBytes().Message(1, new OtlpBytes().Text(1, logger));

        foreach (var record in records)
        {
            scopeLogs.Message(2, record);
        }

        var resource = new OtlpBytes().Message(1, Attribute("service.name", service)).Message(1, Attribute("host.name", "edge-1"));
        return new OtlpBytes().Message(1, new OtlpBytes().Message(1, resource).Message(2, scopeLogs)).ToArray();
    }

    /// <summary>A record of severity 13, so many milliseconds after <see cref="Epoch"/>.</summary>
    public static OtlpBytes Log(string traceId, string spanId, string level, string body, (string Key, string Value)? attribute = null, ulong millis = 0)
    {
        var record = new OtlpBytes().Fixed64(1, Epoch + (millis * 1_000_000)).Varint(2, 13).Text(3, level).Message(5, new OtlpBytes().Text(1, body));

        if (attribute is var (key, value))
        {
            record.Message(6, Attribute(key, value));
        }

        return record.Hex(9, traceId).Hex(10, spanId);
    }

    /// <summary>A span that begins <paramref name="startMillis"/> after <see cref="Epoch"/>.</summary>
    public static OtlpBytes Span(
        string traceId, string spanId, string? parentId = null, string name = "work", int kind = 2, ulong startMillis = 0, ulong millis = 10,
        params (string Key, string Value)[] tags)
    {
        var span = new OtlpBytes().Hex(1, traceId).Hex(2, spanId);

        if (parentId is not null)
        {
            span.Hex(4, parentId);
        }

        span.Text(5, name).Varint(6, kind)
            .Fixed64(7, Epoch + (startMillis * 1_000_000)).Fixed64(8, Epoch + ((startMillis + millis) * 1_000_000));

        foreach (var (key, value) in tags)
        {
            span.Message(9, Attribute(key, value));
        }

        return span;
    }

    /// <summary>An hour ago: within every default lookback. Nanoseconds since the Unix epoch, whole milliseconds.</summary>
    public static ulong Epoch { get; } = (ulong)DateTimeOffset.UtcNow.AddHours(-1).ToUnixTimeMilliseconds() * 1_000_000;
}
