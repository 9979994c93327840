using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>Jaeger's key-value pairs: <c>{"key","type","value"}</c> with the types string, bool, int64, float64 and binary.</summary>
internal static class LegacyTags
{
    // What JavaScript can hold; beyond it Jaeger sends text.
    private const long MaxSafeInteger = (1L << 53) - 1;

    public static void Write(Utf8JsonWriter json, string key, string text)
    {
        Begin(json, key, "string");
        json.WriteString("value", text);
        json.WriteEndObject();
    }

    public static void WriteFlag(Utf8JsonWriter json, string key, bool flag)
    {
        Begin(json, key, "bool");
        json.WriteBoolean("value", flag);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, SpanAttribute attribute)
    {
        var (key, value) = attribute;

        switch (value.Kind)
        {
            case AttributeKind.Flag:
                WriteFlag(json, key, value.Flag);
                return;
            case AttributeKind.Integer:
                Begin(json, key, "int64");
                WriteInteger(json, value.Integer);
                break;
            case AttributeKind.Real:
                Begin(json, key, "float64");
                WriteReal(json, value);
                break;
            case AttributeKind.Bytes:
                Begin(json, key, "binary");
                json.WriteBase64String("value", value.Blob);
                break;
            default:
                Write(json, key, value.ToString());
                return;
        }

        json.WriteEndObject();
    }

    private static void Begin(Utf8JsonWriter json, string key, string type)
    {
        json.WriteStartObject();
        json.WriteString("key", key);
        json.WriteString("type", type);
    }

    private static void WriteInteger(Utf8JsonWriter json, long value)
    {
        if (value is > MaxSafeInteger or < -MaxSafeInteger)
        {
            json.WriteString("value", value.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
        else
        {
            json.WriteNumber("value", value);
        }
    }

    private static void WriteReal(Utf8JsonWriter json, AttributeValue value)
    {
        if (double.IsFinite(value.Real))
        {
            json.WriteNumber("value", value.Real);
        }
        else
        {
            json.WriteString("value", value.ToString());
        }
    }
}
