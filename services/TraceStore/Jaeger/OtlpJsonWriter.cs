using System.Globalization;
using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>A trace as the items of <c>resourceSpans</c> in OTLP's JSON mapping: ids in hex, 64-bit numbers as text, enums as numbers.</summary>
internal static class OtlpJsonWriter
{
    public static async Task WriteAsync(JsonReply reply, ShownTrace trace)
    {
        var json = reply.Json;

        foreach (var resource in trace.Spans.GroupBy(span => span.Span.Resource))
        {
            json.WriteStartObject();
            json.WriteStartObject("resource");
            WriteAttributes(json, Named(resource.Key));
            json.WriteEndObject();
            json.WriteStartArray("scopeSpans");

            foreach (var scope in resource.GroupBy(span => span.Span.Origin.Scope))
            {
                json.WriteStartObject();
                WriteScope(json, scope.Key);
                json.WriteStartArray("spans");

                foreach (var span in scope)
                {
                    WriteSpan(json, span);
                    await reply.SendAsync();
                }

                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }
    }

    /// <summary>A service that did not say its name is given one, here too.</summary>
    private static SpanAttribute[] Named(Resource resource)
    {
        var name = new SpanAttribute("service.name", AttributeValue.Of(resource.ServiceName));

        return resource.Attributes.Contains(name)
            ? resource.Attributes
            : [.. resource.Attributes.Where(attribute => attribute.Key != name.Key), name];
    }

    private static void WriteScope(Utf8JsonWriter json, Scope scope)
    {
        json.WriteStartObject("scope");
        WriteText(json, "name", scope.Name);
        WriteText(json, "version", scope.Version);
        WriteAttributes(json, scope.Attributes);
        json.WriteEndObject();
    }

    private static void WriteSpan(Utf8JsonWriter json, ShownSpan shown)
    {
        var span = shown.Span;
        json.WriteStartObject();
        json.WriteString("traceId", span.TraceId.ToString());
        json.WriteString("spanId", shown.SpanId.ToString());
        WriteText(json, "traceState", span.TraceState);

        if (shown.ParentId.IsValid)
        {
            json.WriteString("parentSpanId", shown.ParentId.ToString());
        }

        WriteCount(json, "flags", span.Flags);
        json.WriteString("name", span.Name);
        json.WriteNumber("kind", (int)span.Kind);
        json.WriteString("startTimeUnixNano", Nanos(shown.StartNanos));
        json.WriteString("endTimeUnixNano", Nanos(shown.EndNanos));
        WriteAttributes(json, [.. shown.Attributes, .. Warnings(shown)]);
        WriteCount(json, "droppedAttributesCount", span.DroppedAttributes);
        WriteEvents(json, shown);
        WriteCount(json, "droppedEventsCount", span.DroppedEvents);
        WriteLinks(json, span.Links);
        WriteCount(json, "droppedLinksCount", span.DroppedLinks);
        json.WriteStartObject("status");
        WriteText(json, "message", span.StatusMessage);
        WriteCount(json, "code", (uint)span.Status);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static IEnumerable<SpanAttribute> Warnings(ShownSpan shown) => shown.Warnings.Count == 0
        ? []
        : [new(ShownSpan.WarningsKey, AttributeValue.Of([.. shown.Warnings.Select(text => AttributeValue.Of(text))]))];

    private static void WriteEvents(Utf8JsonWriter json, ShownSpan shown)
    {
        if (shown.Span.Events.Length == 0)
        {
            return;
        }

        json.WriteStartArray("events");

        foreach (var happened in shown.Span.Events)
        {
            json.WriteStartObject();
            json.WriteString("timeUnixNano", Nanos(shown.Shifted(happened.TimeNanos)));
            json.WriteString("name", happened.Name);
            WriteAttributes(json, happened.Attributes);
            WriteCount(json, "droppedAttributesCount", happened.DroppedAttributes);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteLinks(Utf8JsonWriter json, SpanLink[] links)
    {
        if (links.Length == 0)
        {
            return;
        }

        json.WriteStartArray("links");

        foreach (var link in links)
        {
            json.WriteStartObject();
            json.WriteString("traceId", link.TraceId.ToString());
            json.WriteString("spanId", link.SpanId.ToString());
            WriteText(json, "traceState", link.TraceState);
            WriteAttributes(json, link.Attributes);
            WriteCount(json, "droppedAttributesCount", link.DroppedAttributes);
            WriteCount(json, "flags", link.Flags);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteAttributes(Utf8JsonWriter json, SpanAttribute[] attributes, string name = "attributes")
    {
        if (attributes.Length == 0 && name == "attributes")
        {
            return;
        }

        json.WriteStartArray(name);

        foreach (var (key, value) in attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WritePropertyName("value");
            WriteValue(json, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static void WriteValue(Utf8JsonWriter json, AttributeValue value)
    {
        json.WriteStartObject();

        switch (value.Kind)
        {
            case AttributeKind.Text:
                json.WriteString("stringValue", value.Text);
                break;
            case AttributeKind.Flag:
                json.WriteBoolean("boolValue", value.Flag);
                break;
            case AttributeKind.Integer:
                json.WriteString("intValue", value.ToString());
                break;
            case AttributeKind.Real when double.IsFinite(value.Real):
                json.WriteNumber("doubleValue", value.Real);
                break;
            case AttributeKind.Real:
                json.WriteString("doubleValue", value.ToString());
                break;
            case AttributeKind.Bytes:
                json.WriteBase64String("bytesValue", value.Blob);
                break;
            case AttributeKind.Array:
                json.WriteStartObject("arrayValue");
                json.WriteStartArray("values");
                Array.ForEach(value.Items, item => WriteValue(json, item));
                json.WriteEndArray();
                json.WriteEndObject();
                break;
            case AttributeKind.Map:
                json.WriteStartObject("kvlistValue");
                WriteAttributes(json, value.Fields, "values");
                json.WriteEndObject();
                break;
        }

        json.WriteEndObject();
    }

    private static string Nanos(ulong time) => time.ToString(CultureInfo.InvariantCulture);

    private static void WriteText(Utf8JsonWriter json, string name, string text)
    {
        if (text.Length > 0)
        {
            json.WriteString(name, text);
        }
    }

    private static void WriteCount(Utf8JsonWriter json, string name, uint count)
    {
        if (count > 0)
        {
            json.WriteNumber(name, count);
        }
    }
}
