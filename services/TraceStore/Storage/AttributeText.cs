using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// Attributes as JSON text, as the file keeps them. Texts, flags, numbers, nulls and arrays are JSON's own; a real number always has a point or an
/// exponent; what JSON lacks is an object of one member: <c>{"bytes":base64}</c>, <c>{"real":"NaN"}</c>, <c>{"map":{…}}</c>.
/// </summary>
internal static class AttributeText
{
    private const int LongestReal = 32;

    /// <param name="words">How names are written; null where they stand as they are.</param>
    public static void Write(Utf8JsonWriter json, SpanAttribute[] attributes, Words? words)
    {
        json.WriteStartObject();

        foreach (var (key, value) in attributes)
        {
            if (words is null)
            {
                json.WritePropertyName(key);
            }
            else
            {
                json.WritePropertyName(words.Write(key));
            }

            Write(json, value);
        }

        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, AttributeValue value)
    {
        switch (value.Kind)
        {
            case AttributeKind.Text:
                json.WriteStringValue(value.Text);
                break;
            case AttributeKind.Flag:
                json.WriteBooleanValue(value.Flag);
                break;
            case AttributeKind.Integer:
                json.WriteNumberValue(value.Integer);
                break;
            case AttributeKind.Real when double.IsFinite(value.Real):
                WriteReal(json, value.Real);
                break;
            case AttributeKind.Real:
                Wrap(json, "real"u8, value, (writer, real) => writer.WriteStringValue(real.ToString()));
                break;
            case AttributeKind.Bytes:
                Wrap(json, "bytes"u8, value, (writer, bytes) => writer.WriteBase64StringValue(bytes.Blob));
                break;
            case AttributeKind.Array:
                json.WriteStartArray();
                Array.ForEach(value.Items, item => Write(json, item));
                json.WriteEndArray();
                break;
            case AttributeKind.Map:
                Wrap(json, "map"u8, value, (writer, map) => Write(writer, map.Fields, words: null));
                break;
            default:
                json.WriteNullValue();
                break;
        }
    }

    /// <summary>Reads an object of attributes, whose beginning the reader stands on, to its end.</summary>
    public static SpanAttribute[] Read(ref Utf8JsonReader json, Words? words)
    {
        var attributes = new List<SpanAttribute>();

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var key = json.GetString()!;
            json.Read();
            attributes.Add(new SpanAttribute(words is null ? key : words.Read(key), ReadValue(ref json)));
        }

        return [.. attributes];
    }

    /// <summary>Reads the value that the reader stands on.</summary>
    public static AttributeValue ReadValue(ref Utf8JsonReader json) => json.TokenType switch
    {
        JsonTokenType.String => AttributeValue.Of(json.GetString()!),
        JsonTokenType.True or JsonTokenType.False => AttributeValue.Of(json.GetBoolean()),
        JsonTokenType.Number when json.ValueSpan.IndexOfAny(".eE"u8) < 0 => AttributeValue.Of(json.GetInt64()),
        JsonTokenType.Number => AttributeValue.Of(json.GetDouble()),
        JsonTokenType.StartArray => ReadArray(ref json),
        JsonTokenType.StartObject => ReadWrapped(ref json),
        _ => default,
    };

    private static AttributeValue ReadArray(ref Utf8JsonReader json)
    {
        var items = new List<AttributeValue>();

        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadValue(ref json));
        }

        return AttributeValue.Of(items.ToArray());
    }

    private static AttributeValue ReadWrapped(ref Utf8JsonReader json)
    {
        json.Read();
        var kind = json.ValueSpan[0];
        json.Read();
        var value = kind switch
        {
            (byte)'r' => AttributeValue.Of(double.Parse(json.GetString()!, CultureInfo.InvariantCulture)),
            (byte)'b' => AttributeValue.Of(json.GetBytesFromBase64()),
            _ => AttributeValue.Of(Read(ref json, words: null)),
        };
        json.Read();
        return value;
    }

    private static void Wrap(Utf8JsonWriter json, ReadOnlySpan<byte> kind, AttributeValue value, Action<Utf8JsonWriter, AttributeValue> write)
    {
        json.WriteStartObject();
        json.WritePropertyName(kind);
        write(json, value);
        json.WriteEndObject();
    }

    private static void WriteReal(Utf8JsonWriter json, double value)
    {
        Span<byte> text = stackalloc byte[LongestReal];
        Utf8Formatter.TryFormat(value, text, out var length);

        if (text[..length].IndexOfAny(".eE"u8) < 0)
        {
            ".0"u8.CopyTo(text[length..]);
            length += 2;
        }

        json.WriteRawValue(text[..length], skipInputValidation: true);
    }
}

/// <summary>
/// The names of attributes, each in the file once: in a span's text stands the number of a name (<c>{"17":"GET"}</c>), or, where the table is
/// full, <c>=</c> and the name itself. Bounded, so nobody can fill the file with names; asked by many threads, written by the writer.
/// </summary>
internal sealed class Words
{
    private const int Most = 16_384;
    private const int Longest = 128;

    private readonly ConcurrentDictionary<string, JsonEncodedText> _written = new(StringComparer.Ordinal);
    private readonly string[] _texts = new string[Most + 1];
    private readonly Lock _lock = new();
    private readonly List<(int Id, string Text)> _pending = [];
    private int _last;

    public Words(Database database)
    {
        using var all = new Statement(database.Writer, "SELECT id, text FROM word");

        while (all.Step())
        {
            var (id, text) = ((int)all.Number(0), all.Text(1));
            _texts[id] = text;
            _written[text] = Encoded(id);
            _last = Math.Max(_last, id);
        }
    }

    /// <summary>How a name is written.</summary>
    public JsonEncodedText Write(string word)
    {
        if (_written.TryGetValue(word, out var known))
        {
            return known;
        }

        lock (_lock)
        {
            if (_last < Most && word.Length is > 0 and <= Longest && !_written.ContainsKey(word))
            {
                var id = ++_last;
                _texts[id] = word;
                _pending.Add((id, word));
                _written[word] = Encoded(id);
            }
        }

        return _written.TryGetValue(word, out known) ? known : JsonEncodedText.Encode("=" + word, Model.AttributeJson.Options.Encoder);
    }

    /// <summary>The name that was written so.</summary>
    public string Read(string written) => written.StartsWith('=') || !int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? written[1..]
        : _texts[id];

    /// <summary>Writes the names that the file lacks; they count as written once <see cref="Committed"/> is told so.</summary>
    /// <returns>How many.</returns>
    public int WritePending(Statement insert)
    {
        lock (_lock)
        {
            foreach (var (id, text) in _pending)
            {
                insert.With(id).With(text).Run();
            }

            return _pending.Count;
        }
    }

    public void Committed(int count)
    {
        lock (_lock)
        {
            _pending.RemoveRange(0, count);
        }
    }

    private static JsonEncodedText Encoded(int id) => JsonEncodedText.Encode(id.ToString(CultureInfo.InvariantCulture));
}
