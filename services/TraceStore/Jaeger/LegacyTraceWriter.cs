using System.Globalization;
using System.Text.Json;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// One trace in the shape of Jaeger's first JSON API (jaeger: internal/uimodel), by its mapping of OTLP: fields that Jaeger lacks become tags.
/// Times in microseconds.
/// </summary>
internal sealed class LegacyTraceWriter(JsonReply reply, Trace trace)
{
    private const ulong NanosPerMicro = 1_000;

    private readonly Utf8JsonWriter _json = reply.Json;
    private readonly Dictionary<Resource, string> _processes = new(ReferenceEqualityComparer.Instance);
    private readonly Dictionary<SpanId, Span> _spans = [];

    public async Task WriteAsync()
    {
        foreach (var span in trace.Spans)
        {
            _spans[span.SpanId] = span;
        }

        _json.WriteStartObject();
        _json.WriteString("traceID", trace.Id.ToString());
        _json.WriteStartArray("spans");

        for (var index = 0; index < trace.Spans.Length; index++)
        {
            WriteSpan(trace.Spans[index]);
            await reply.SendAsync();
        }

        _json.WriteEndArray();
        WriteProcesses();
        _json.WriteNull("warnings");
        _json.WriteEndObject();
    }

    private void WriteSpan(Span span)
    {
        _json.WriteStartObject();
        _json.WriteString("traceID", span.TraceId.ToString());
        _json.WriteString("spanID", span.SpanId.ToString());

        if (span.Flags != 0)
        {
            _json.WriteNumber("flags", span.Flags);
        }

        _json.WriteString("operationName", span.Name);
        WriteReferences(span);
        _json.WriteNumber("startTime", span.StartNanos / NanosPerMicro);
        _json.WriteNumber("duration", span.DurationNanos / NanosPerMicro);
        WriteTags(span);
        WriteLogs(span);
        _json.WriteString("processID", Process(span.Resource));
        WriteWarnings(span);
        _json.WriteEndObject();
    }

    private string Process(Resource resource)
    {
        if (!_processes.TryGetValue(resource, out var id))
        {
            _processes.Add(resource, id = string.Create(CultureInfo.InvariantCulture, $"p{_processes.Count + 1}"));
        }

        return id;
    }

    private void WriteReferences(Span span)
    {
        _json.WriteStartArray("references");

        if (span.ParentId.IsValid)
        {
            WriteReference("CHILD_OF", span.TraceId, span.ParentId);
        }

        foreach (var link in span.Links)
        {
            var isParent = Array.Exists(link.Attributes, said => said.Key == "opentracing.ref_type" && said.Value.ToString() == "child_of");
            WriteReference(isParent ? "CHILD_OF" : "FOLLOWS_FROM", link.TraceId, link.SpanId);
        }

        _json.WriteEndArray();
    }

    private void WriteReference(string type, TraceId traceId, SpanId spanId)
    {
        _json.WriteStartObject();
        _json.WriteString("refType", type);
        _json.WriteString("traceID", traceId.ToString());
        _json.WriteString("spanID", spanId.ToString());
        _json.WriteEndObject();
    }

    private void WriteTags(Span span)
    {
        _json.WriteStartArray("tags");
        WriteText("otel.scope.name", span.Origin.Scope.Name);
        WriteText("otel.scope.version", span.Origin.Scope.Version);

        foreach (var attribute in span.Attributes)
        {
            LegacyTags.Write(_json, attribute);
        }

        WriteText("span.kind", span.Kind.Text());

        if (span.Status != SpanStatus.Unset)
        {
            LegacyTags.Write(_json, "otel.status_code", span.Status == SpanStatus.Error ? "ERROR" : "OK");
        }

        if (span.Status == SpanStatus.Error)
        {
            LegacyTags.WriteFlag(_json, "error", true);
        }

        WriteText("otel.status_description", span.StatusMessage);
        WriteText("w3c.tracestate", span.TraceState);
        _json.WriteEndArray();
    }

    private void WriteText(string key, string text)
    {
        if (text.Length > 0)
        {
            LegacyTags.Write(_json, key, text);
        }
    }

    private void WriteLogs(Span span)
    {
        _json.WriteStartArray("logs");

        foreach (var happened in span.Events)
        {
            _json.WriteStartObject();
            _json.WriteNumber("timestamp", happened.TimeNanos / NanosPerMicro);
            _json.WriteStartArray("fields");

            if (!Array.Exists(happened.Attributes, field => field.Key == "event"))
            {
                WriteText("event", happened.Name);
            }

            foreach (var field in happened.Attributes)
            {
                LegacyTags.Write(_json, field);
            }

            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndArray();
    }

    /// <summary>Clocks of different machines differ. Jaeger would move such spans; here they stay as they were measured, with a remark.</summary>
    private void WriteWarnings(Span span)
    {
        var early = _spans.TryGetValue(span.ParentId, out var parent) && parent.StartNanos > span.StartNanos
            ? parent.StartNanos - span.StartNanos
            : 0;
        var dropped = (ulong)span.DroppedAttributes + span.DroppedEvents + span.DroppedLinks;

        if (early == 0 && dropped == 0)
        {
            _json.WriteNull("warnings");
            return;
        }

        _json.WriteStartArray("warnings");

        if (early > 0)
        {
            _json.WriteStringValue(string.Create(
                CultureInfo.InvariantCulture, $"begins {early / 1e6:0.###} ms before its parent: the two clocks differ; shown as measured"));
        }

        if (dropped > 0)
        {
            _json.WriteStringValue(string.Create(
                CultureInfo.InvariantCulture,
                $"dropped: {span.DroppedAttributes} attributes, {span.DroppedEvents} events, {span.DroppedLinks} links"));
        }

        _json.WriteEndArray();
    }

    private void WriteProcesses()
    {
        _json.WriteStartObject("processes");

        foreach (var (resource, id) in _processes)
        {
            _json.WriteStartObject(id);
            _json.WriteString("serviceName", resource.ServiceName);
            _json.WriteStartArray("tags");

            foreach (var attribute in resource.Attributes.Where(attribute => attribute.Key != "service.name"))
            {
                LegacyTags.Write(_json, attribute);
            }

            _json.WriteEndArray();
            _json.WriteEndObject();
        }

        _json.WriteEndObject();
    }
}
