using System.Globalization;
using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// One trace in the shape of Jaeger's first JSON API (jaeger: internal/uimodel), by its mapping of OTLP: fields that Jaeger lacks become tags.
/// Times in microseconds.
/// </summary>
internal sealed class LegacyTraceWriter(JsonReply reply, ShownTrace trace)
{
    private const ulong NanosPerMicro = 1_000;

    private readonly Utf8JsonWriter _json = reply.Json;
    private readonly Dictionary<Resource, string> _processes = new(ReferenceEqualityComparer.Instance);

    /// <summary>This API writes an id of 64 bits as 64 bits (jaeger-idl: model/v1/ids.go).</summary>
    public static string Text(TraceId id) => id.High == 0 ? new SpanId(id.Low).ToString() : id.ToString();

    public async Task WriteAsync()
    {
        _json.WriteStartObject();
        _json.WriteString("traceID", Text(trace.Id));
        _json.WriteStartArray("spans");

        foreach (var span in trace.Spans)
        {
            WriteSpan(span);
            await reply.SendAsync();
        }

        _json.WriteEndArray();
        WriteProcesses();
        _json.WriteNull("warnings");
        _json.WriteEndObject();
    }

    // Without flags: Jaeger's are another kind, and it fills them from its own clients only.
    private void WriteSpan(ShownSpan shown)
    {
        var span = shown.Span;
        _json.WriteStartObject();
        _json.WriteString("traceID", Text(span.TraceId));
        _json.WriteString("spanID", shown.SpanId.ToString());
        _json.WriteString("operationName", span.Name);
        WriteReferences(shown);
        _json.WriteNumber("startTime", shown.StartNanos / NanosPerMicro);
        _json.WriteNumber("duration", (shown.EndNanos - shown.StartNanos) / NanosPerMicro);
        WriteTags(shown);
        WriteLogs(shown);
        _json.WriteString("processID", Process(span.Resource));
        WriteWarnings(shown);
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

    private void WriteReferences(ShownSpan shown)
    {
        _json.WriteStartArray("references");

        if (shown.ParentId.IsValid)
        {
            WriteReference("CHILD_OF", shown.Span.TraceId, shown.ParentId);
        }

        foreach (var link in shown.Span.Links)
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
        _json.WriteString("traceID", Text(traceId));
        _json.WriteString("spanID", spanId.ToString());
        _json.WriteEndObject();
    }

    private void WriteTags(ShownSpan shown)
    {
        var span = shown.Span;
        _json.WriteStartArray("tags");
        WriteText("otel.scope.name", span.Origin.Scope.Name);
        WriteText("otel.scope.version", span.Origin.Scope.Version);

        foreach (var attribute in shown.Attributes)
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

    private void WriteLogs(ShownSpan shown)
    {
        _json.WriteStartArray("logs");

        foreach (var happened in shown.Span.Events)
        {
            _json.WriteStartObject();
            _json.WriteNumber("timestamp", shown.Shifted(happened.TimeNanos) / NanosPerMicro);
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

    private void WriteWarnings(ShownSpan span)
    {
        if (span.Warnings.Count == 0)
        {
            _json.WriteNull("warnings");
            return;
        }

        _json.WriteStartArray("warnings");

        foreach (var warning in span.Warnings)
        {
            _json.WriteStringValue(warning);
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
