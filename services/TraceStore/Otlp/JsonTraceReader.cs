using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// Reads an <c>ExportTraceServiceRequest</c> in OTLP's JSON mapping (opentelemetry.io/docs/specs/otlp: ids in hex, enums as numbers).
/// For browsers and curl; the services themselves send protobuf.
/// </summary>
internal sealed class JsonTraceReader(OtlpOptions limits, Vocabulary vocabulary)
{
    // Every level of an attribute takes four of JSON's: value, arrayValue, values, item.
    private const int LevelsPerNesting = 4;
    private const int LevelsAboveAttributes = 16;

    private readonly JsonAttributeReader _attributes = new(limits, vocabulary);
    private readonly SpanBatch _batch = new();

    /// <exception cref="OtlpException">The message is malformed.</exception>
    public static SpanBatch Read(ArraySegment<byte> message, OtlpOptions limits, Vocabulary vocabulary)
    {
        try
        {
            var depth = (limits.MaxDepth * LevelsPerNesting) + LevelsAboveAttributes;
            using var document = JsonDocument.Parse(message, new JsonDocumentOptions { MaxDepth = depth });
            var reader = new JsonTraceReader(limits, vocabulary);
            reader.ReadRequest(document.RootElement);
            return reader._batch;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException or FormatException or OverflowException)
        {
            throw new OtlpException(OtlpFault.Malformed, $"Malformed JSON: {malformed.Message.ReplaceLineEndings(" ")}", malformed);
        }
    }

    private static IEnumerable<JsonElement> Items(JsonElement owner, string name) =>
        owner.TryGetProperty(name, out var list) ? list.EnumerateArray() : [];

    private void ReadRequest(JsonElement request)
    {
        foreach (var resourceSpans in Items(request, "resourceSpans"))
        {
            var resource = resourceSpans.TryGetProperty("resource", out var said)
                ? vocabulary.Resource(_attributes.Read(said, out _))
                : Resource.Unknown;

            foreach (var scopeSpans in Items(resourceSpans, "scopeSpans"))
            {
                var origin = new SpanOrigin { Resource = resource, Scope = ReadScope(scopeSpans) };

                foreach (var span in Items(scopeSpans, "spans"))
                {
                    _batch.Add(ReadSpan(span, origin));
                }
            }
        }
    }

    private Scope ReadScope(JsonElement scopeSpans) => scopeSpans.TryGetProperty("scope", out var scope)
        ? vocabulary.Scope(_attributes.Text(scope, "name"), _attributes.Text(scope, "version"), _attributes.Read(scope, out _))
        : Scope.Unknown;

    private Span ReadSpan(JsonElement span, SpanOrigin origin)
    {
        var hasStatus = span.TryGetProperty("status", out var status);
        var code = hasStatus ? JsonNumber.Enum(status, "code") : 0;
        var events = Items(span, "events").ToList();
        var links = Items(span, "links").ToList();

        return new Span
        {
            TraceId = ReadTraceId(span),
            SpanId = ReadSpanId(span, "spanId"),
            ParentId = ReadSpanId(span, "parentSpanId"),
            Name = vocabulary.Word(_attributes.Text(span, "name")),
            Kind = SpanKinds.FromWire(JsonNumber.Enum(span, "kind")),
            StartNanos = JsonNumber.Nanos(span, "startTimeUnixNano"),
            EndNanos = JsonNumber.Nanos(span, "endTimeUnixNano"),
            Status = code is 1 or 2 ? (SpanStatus)code : SpanStatus.Unset,
            StatusMessage = hasStatus ? _attributes.Text(status, "message") : "",
            TraceState = _attributes.Text(span, "traceState"),
            Flags = JsonNumber.Count(span, "flags"),
            Attributes = _attributes.Read(span, out var over),
            DroppedAttributes = JsonNumber.Count(span, "droppedAttributesCount") + over,
            Events = [.. events.Take(limits.MaxEvents).Select(ReadEvent)],
            DroppedEvents = JsonNumber.Count(span, "droppedEventsCount") + (uint)Math.Max(0, events.Count - limits.MaxEvents),
            Links = [.. links.Take(limits.MaxLinks).Select(ReadLink)],
            DroppedLinks = JsonNumber.Count(span, "droppedLinksCount") + (uint)Math.Max(0, links.Count - limits.MaxLinks),
            Origin = origin,
        };
    }

    private SpanEvent ReadEvent(JsonElement happened) => new(
        JsonNumber.Nanos(happened, "timeUnixNano"),
        vocabulary.Word(_attributes.Text(happened, "name")),
        _attributes.Read(happened, out var over),
        JsonNumber.Count(happened, "droppedAttributesCount") + over);

    private SpanLink ReadLink(JsonElement link) => new(
        ReadTraceId(link),
        ReadSpanId(link, "spanId"),
        _attributes.Text(link, "traceState"),
        _attributes.Read(link, out var over),
        JsonNumber.Count(link, "droppedAttributesCount") + over,
        JsonNumber.Count(link, "flags"));

    // An id of another length is no id, just as in protobuf.
    private static TraceId ReadTraceId(JsonElement owner) =>
        Id(owner, "traceId") is { Length: 2 * TraceId.Size } text && TraceId.TryParse(text, out var id) ? id : default;

    private static SpanId ReadSpanId(JsonElement owner, string name) => SpanId.TryParse(Id(owner, name), out var id) ? id : default;

    private static string Id(JsonElement owner, string name) => owner.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}
