using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// Events and links as JSON text, as the file keeps them: <c>[[time, name, {attributes}, dropped], …]</c> and
/// <c>[[trace id, span id, state, {attributes}, dropped, flags], …]</c>.
/// </summary>
internal static class SpanText
{
    public static void Write(Utf8JsonWriter json, SpanEvent[] events, Words words)
    {
        json.WriteStartArray();

        foreach (var happened in events)
        {
            json.WriteStartArray();
            json.WriteNumberValue(happened.TimeNanos);
            json.WriteStringValue(happened.Name);
            AttributeText.Write(json, happened.Attributes, words);
            json.WriteNumberValue(happened.DroppedAttributes);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    public static void Write(Utf8JsonWriter json, SpanLink[] links, Words words)
    {
        json.WriteStartArray();

        foreach (var link in links)
        {
            json.WriteStartArray();
            json.WriteStringValue(link.TraceId.ToString());
            json.WriteStringValue(link.SpanId.ToString());
            json.WriteStringValue(link.TraceState);
            AttributeText.Write(json, link.Attributes, words);
            json.WriteNumberValue(link.DroppedAttributes);
            json.WriteNumberValue(link.Flags);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    public static SpanEvent[] ReadEvents(ReadOnlySpan<byte> text, Words words)
    {
        var events = new List<SpanEvent>();
        var json = new Utf8JsonReader(text);
        json.Read();

        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            json.Read();
            var time = json.GetUInt64();
            json.Read();
            var name = json.GetString()!;
            json.Read();
            var attributes = AttributeText.Read(ref json, words);
            json.Read();
            events.Add(new SpanEvent(time, name, attributes, json.GetUInt32()));
            json.Read();
        }

        return [.. events];
    }

    public static SpanLink[] ReadLinks(ReadOnlySpan<byte> text, Words words)
    {
        var links = new List<SpanLink>();
        var json = new Utf8JsonReader(text);
        json.Read();

        while (json.Read() && json.TokenType == JsonTokenType.StartArray)
        {
            json.Read();
            _ = TraceId.TryParse(json.GetString(), out var traceId);
            json.Read();
            _ = SpanId.TryParse(json.GetString(), out var spanId);
            json.Read();
            var state = json.GetString()!;
            json.Read();
            var attributes = AttributeText.Read(ref json, words);
            json.Read();
            var dropped = json.GetUInt32();
            json.Read();
            links.Add(new SpanLink(traceId, spanId, state, attributes, dropped, json.GetUInt32()));
            json.Read();
        }

        return [.. links];
    }

    /// <summary>How many attributes, events and links were left out.</summary>
    public static (uint Attributes, uint Events, uint Links) ReadDropped(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return default;
        }

        var counts = JsonSerializer.Deserialize<uint[]>(text)!;
        return (counts[0], counts[1], counts[2]);
    }
}
