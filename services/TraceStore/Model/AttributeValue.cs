using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace InferenceTracing.TraceStore.Model;

/// <summary>A value of any of OTLP's kinds, without boxing the numbers.</summary>
internal readonly record struct AttributeValue
{
    private readonly object? _reference;
    private readonly long _bits;

    private AttributeValue(AttributeKind kind, object? reference, long bits = 0)
    {
        Kind = kind;
        _reference = reference;
        _bits = bits;
    }

    public AttributeKind Kind { get; }

    public string Text => (string)_reference!;

    public bool Flag => _bits != 0;

    public long Integer => _bits;

    public double Real => BitConverter.Int64BitsToDouble(_bits);

    public byte[] Blob => (byte[])_reference!;

    public AttributeValue[] Items => (AttributeValue[])_reference!;

    public SpanAttribute[] Fields => (SpanAttribute[])_reference!;

    public static AttributeValue Of(string text) => new(AttributeKind.Text, text);

    public static AttributeValue Of(bool flag) => new(AttributeKind.Flag, null, flag ? 1 : 0);

    public static AttributeValue Of(long integer) => new(AttributeKind.Integer, null, integer);

    public static AttributeValue Of(double real) => new(AttributeKind.Real, null, BitConverter.DoubleToInt64Bits(real));

    public static AttributeValue Of(byte[] blob) => new(AttributeKind.Bytes, blob);

    public static AttributeValue Of(AttributeValue[] items) => new(AttributeKind.Array, items);

    public static AttributeValue Of(SpanAttribute[] fields) => new(AttributeKind.Map, fields);

    /// <summary>The text a search compares with, and Jaeger shows for kinds it lacks: arrays and maps as JSON.</summary>
    public override string ToString() => Kind switch
    {
        AttributeKind.Text => Text,
        AttributeKind.Flag => Flag ? "true" : "false",
        AttributeKind.Integer => Integer.ToString(CultureInfo.InvariantCulture),
        AttributeKind.Real => Real.ToString("R", CultureInfo.InvariantCulture),
        AttributeKind.Bytes => Convert.ToBase64String(Blob),
        AttributeKind.Array or AttributeKind.Map => AttributeJson.Text(this),
        _ => "",
    };
}

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

/// <summary>One key and its value, on a span, event, link, scope or resource.</summary>
internal readonly record struct SpanAttribute(string Key, AttributeValue Value);

/// <summary>Arrays and maps as plain JSON text.</summary>
internal static class AttributeJson
{
    /// <summary>Answers are <c>application/json</c> and never sniffed, so only what JSON itself demands is escaped.</summary>
    public static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public static string Text(AttributeValue value)
    {
        using var buffer = new MemoryStream();

        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            Write(json, value);
        }

        return Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length);
    }

    public static void Write(Utf8JsonWriter json, AttributeValue value)
    {
        switch (value.Kind)
        {
            case AttributeKind.Flag:
                json.WriteBooleanValue(value.Flag);
                break;
            case AttributeKind.Integer:
                json.WriteNumberValue(value.Integer);
                break;
            case AttributeKind.Real when double.IsFinite(value.Real):
                json.WriteNumberValue(value.Real);
                break;
            case AttributeKind.Array:
                json.WriteStartArray();
                Array.ForEach(value.Items, item => Write(json, item));
                json.WriteEndArray();
                break;
            case AttributeKind.Map:
                json.WriteStartObject();

                foreach (var (key, field) in value.Fields)
                {
                    json.WritePropertyName(key);
                    Write(json, field);
                }

                json.WriteEndObject();
                break;
            case AttributeKind.Empty:
                json.WriteNullValue();
                break;
            default:
                json.WriteStringValue(value.ToString());
                break;
        }
    }
}
