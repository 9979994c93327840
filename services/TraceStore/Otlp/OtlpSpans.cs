using Google.Protobuf.Collections;
using InferenceTracing.TraceStore.Model;
using OpenTelemetry.Proto.Trace.V1;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Makes our spans of OTLP's (opentelemetry/proto/trace/v1), within the limits. Unknown enum values stay as they are.</summary>
internal sealed class OtlpSpans(OtlpOptions limits)
{
    private readonly OtlpAttributes _attributes = new(limits);

    /// <summary>The spans of some resources.</summary>
    /// <param name="resources">What was sent.</param>
    /// <param name="invalid">How many spans have no valid trace id or span id, and are left out.</param>
    public List<Model.Span> Read(RepeatedField<ResourceSpans> resources, out int invalid)
    {
        var spans = new List<Model.Span>();
        invalid = 0;

        foreach (var resourceSpans in resources)
        {
            var resource = _attributes.Resource(resourceSpans.Resource);

            foreach (var scopeSpans in resourceSpans.ScopeSpans)
            {
                var origin = new SpanOrigin { Resource = resource, Scope = _attributes.Scope(scopeSpans.Scope) };

                foreach (var sent in scopeSpans.Spans)
                {
                    var span = Read(sent, origin);

                    if (span.TraceId.IsValid && span.SpanId.IsValid)
                    {
                        spans.Add(span);
                    }
                    else
                    {
                        invalid++;
                    }
                }
            }
        }

        return spans;
    }

    private Model.Span Read(OpenTelemetry.Proto.Trace.V1.Span sent, SpanOrigin origin) => new()
    {
        TraceId = TraceId.FromBytes(sent.TraceId.Span),
        SpanId = SpanId.FromBytes(sent.SpanId.Span),
        ParentId = SpanId.FromBytes(sent.ParentSpanId.Span),
        Name = limits.Cut(sent.Name),
        Kind = (SpanKind)sent.Kind,
        StartNanos = sent.StartTimeUnixNano,
        EndNanos = sent.EndTimeUnixNano,
        Status = (SpanStatus)(sent.Status?.Code ?? 0),
        StatusMessage = limits.Cut(sent.Status?.Message ?? ""),
        TraceState = limits.Cut(sent.TraceState),
        Flags = sent.Flags,
        Attributes = _attributes.List(sent.Attributes, out var over),
        DroppedAttributes = sent.DroppedAttributesCount + over,
        Events = sent.Events.Count == 0 ? [] : [.. sent.Events.Take(limits.MaxEvents).Select(Read)],
        DroppedEvents = sent.DroppedEventsCount + (uint)Math.Max(0, sent.Events.Count - limits.MaxEvents),
        Links = sent.Links.Count == 0 ? [] : [.. sent.Links.Take(limits.MaxLinks).Select(Read)],
        DroppedLinks = sent.DroppedLinksCount + (uint)Math.Max(0, sent.Links.Count - limits.MaxLinks),
        Origin = origin,
    };

    private SpanEvent Read(OpenTelemetry.Proto.Trace.V1.Span.Types.Event sent) => new(
        sent.TimeUnixNano, limits.Cut(sent.Name), _attributes.List(sent.Attributes, out var over), sent.DroppedAttributesCount + over);

    private SpanLink Read(OpenTelemetry.Proto.Trace.V1.Span.Types.Link sent) => new(
        TraceId.FromBytes(sent.TraceId.Span),
        SpanId.FromBytes(sent.SpanId.Span),
        limits.Cut(sent.TraceState),
        _attributes.List(sent.Attributes, out var over),
        sent.DroppedAttributesCount + over,
        sent.Flags);
}
