using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace InferenceTracing.TraceStore.Model;

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
