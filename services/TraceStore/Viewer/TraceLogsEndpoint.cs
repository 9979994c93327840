using System.Globalization;
using System.Text.Json;
using InferenceTracing.TraceStore.Jaeger;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Viewer;

/// <summary><c>GET /api/traces/{id}/logs</c>: the log records of a trace, the earliest first, for a page that shows them beside its spans; our own.</summary>
internal static class TraceLogsEndpoint
{
    public static void MapTraceLogs(this IEndpointRouteBuilder routes) => routes.MapGet("/api/traces/{id}/logs", LogsAsync);

    private static async Task LogsAsync(HttpContext context, string id, SpanStore store)
    {
        if (!TraceId.TryParseHexOrBase64(id, out var trace))
        {
            await JsonAnswer.Of(new { error = "malformed trace id" }, StatusCodes.Status400BadRequest).ExecuteAsync(context);
            return;
        }

        var logs = await store.LogsAsync(trace, context.RequestAborted);
        await using var reply = new JsonReply(context);
        reply.Json.WriteStartArray();

        foreach (var log in logs)
        {
            Write(reply.Json, log);
            await reply.SendAsync();
        }

        reply.Json.WriteEndArray();
    }

    private static void Write(Utf8JsonWriter json, LogRecord log)
    {
        json.WriteStartObject();
        json.WriteString("time", log.TimeNanos.ToString(CultureInfo.InvariantCulture));

        if (log.SpanId.IsValid)
        {
            json.WriteString("spanId", log.SpanId.ToString());
        }

        json.WriteString("service", log.Origin.Resource.ServiceName);
        json.WriteString("level", log.Level);
        json.WriteNumber("severity", log.Severity);
        json.WriteString("logger", log.Origin.Scope.Name);
        json.WritePropertyName("body");
        AttributeJson.Write(json, log.Body);
        json.WriteStartArray("attributes");

        // A list, as OTLP has it: a name may be there twice.
        foreach (var (key, value) in log.Attributes)
        {
            json.WriteStartObject();
            json.WriteString("key", key);
            json.WritePropertyName("value");
            AttributeJson.Write(json, value);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }
}
