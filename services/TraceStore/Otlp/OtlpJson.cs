using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// Reads OTLP's JSON (opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding: ids in hex, enums as numbers) into the very messages that protobuf is
/// parsed into, by their description. Lenient, for browsers and scripts: null is unset, and a value that does not fit its field is passed over; only
/// what is not JSON is refused.
/// </summary>
internal static class OtlpJson
{
    private static readonly HashSet<string> HexFields = ["traceId", "spanId", "parentSpanId"];

    // Both spellings are read, as protobuf's JSON mapping demands.
    private static readonly ConcurrentDictionary<MessageDescriptor, Dictionary<string, FieldDescriptor>> Fields = new();

    /// <exception cref="OtlpException">It is not JSON, or not an object.</exception>
    public static T Read<T>(ReadOnlySpan<byte> json, int maxDepth)
        where T : IMessage, new()
    {
        try
        {
            var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = maxDepth });
            reader.Read();
            var message = new T();

            if (reader.TokenType != JsonTokenType.StartObject)
            {
                throw new OtlpException(OtlpFault.Malformed, "Malformed JSON: an object is expected.");
            }

            ReadMessage(ref reader, message);
            reader.Read();
            return message;
        }
        catch (JsonException malformed)
        {
            throw new OtlpException(OtlpFault.Malformed, $"Malformed JSON: {malformed.Message.ReplaceLineEndings(" ")}", malformed);
        }
    }

    private static void ReadMessage(ref Utf8JsonReader reader, IMessage message)
    {
        var fields = Fields.GetOrAdd(message.Descriptor, descriptor => descriptor.Fields.InDeclarationOrder()
            .SelectMany(field => (string[])[field.JsonName, field.Name], (field, name) => (name, field)).DistinctBy(entry => entry.name)
            .ToDictionary(entry => entry.name, entry => entry.field));

        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            fields.TryGetValue(JsonText.Read(ref reader), out var field);
            reader.Read();

            if (field is null || reader.TokenType == JsonTokenType.Null)
            {
                reader.Skip();
            }
            else if (field.IsRepeated)
            {
                ReadList(ref reader, message, field);
            }
            else if (ReadValue(ref reader, field) is { } value)
            {
                field.Accessor.SetValue(message, value);
            }
        }
    }

    private static void ReadList(ref Utf8JsonReader reader, IMessage message, FieldDescriptor field)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            reader.Skip();
            return;
        }

        var list = (System.Collections.IList)field.Accessor.GetValue(message);

        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            // A null among values is a value that is not set: it keeps the others in their places.
            var value = reader.TokenType == JsonTokenType.Null ? Empty(field) : ReadValue(ref reader, field);

            if (value is not null)
            {
                list.Add(value);
            }
        }
    }

    private static IMessage Empty(FieldDescriptor field) => field.MessageType.Parser.ParseFrom(ByteString.Empty);

    /// <summary>The value that the reader stands on, read to its end; null if it does not fit.</summary>
    private static object? ReadValue(ref Utf8JsonReader reader, FieldDescriptor field)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject when field.FieldType == FieldType.Message:
                var message = Empty(field);
                ReadMessage(ref reader, message);
                return message;
            case JsonTokenType.String:
                return FromText(JsonText.Read(ref reader), field);
            case JsonTokenType.Number:
                return FromText(System.Text.Encoding.UTF8.GetString(reader.ValueSpan), field);
            case JsonTokenType.True or JsonTokenType.False when field.FieldType == FieldType.Bool:
                return reader.GetBoolean();
            default:
                reader.Skip();
                return null;
        }
    }

    /// <summary>Numbers come as numbers and as text: 64-bit integers in JSON are text.</summary>
    private static object? FromText(string text, FieldDescriptor field) => field.FieldType switch
    {
        FieldType.String => text,
        FieldType.Bytes => HexFields.Contains(field.JsonName) ? FromHex(text) : FromBase64(text),
        FieldType.Int64 => Integer<long>(text),
        FieldType.Int32 => Integer<int>(text),
        FieldType.UInt32 or FieldType.Fixed32 => Integer<uint>(text),
        FieldType.Fixed64 => Integer<ulong>(text),
        FieldType.Double => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) ? real : null,
        FieldType.Enum => Integer<int>(text) ?? field.EnumType.FindValueByName(text)?.Number,
        _ => null,
    };

    /// <summary>Also 1.0 and 1e3: they are whole numbers in JSON.</summary>
    private static object? Integer<T>(string text)
        where T : struct, System.Numerics.INumber<T> =>
        T.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var real) && decimal.IsInteger(real)
            && T.TryParse(real.ToString("0", CultureInfo.InvariantCulture), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out number) ? number
        : null;

    private static ByteString? FromHex(string text) =>
        text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? ByteString.CopyFrom(Convert.FromHexString(text)) : null;

    private static ByteString? FromBase64(string text)
    {
        var bytes = new byte[((text.Length / 4) + 1) * 3];

        // Either alphabet, with padding or without: protobuf's JSON mapping takes all.
        var padded = text.Replace('-', '+').Replace('_', '/').TrimEnd('=');
        padded = padded.PadRight((padded.Length + 3) / 4 * 4, '=');
        return Convert.TryFromBase64String(padded, bytes, out var length) ? ByteString.CopyFrom(bytes, 0, length) : null;
    }
}
