using System.Text.Json;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>The traces of the first API: one of them, a search, and the archive.</summary>
internal static class LegacyTraceEndpoints
{
    public static void MapLegacyTraces(this IEndpointRouteBuilder api)
    {
        api.MapGet("/traces", SearchAsync);
        api.MapGet("/traces/{id}", FindAsync);
        api.MapPost("/archive/{id}", Archive);
    }

    /// <summary>Writes traces, and the ids of those that were asked for and are not there, in the envelope.</summary>
    public static async Task WriteAsync(HttpContext context, IEnumerable<ShownTrace> traces, params TraceId[] missing)
    {
        await using var reply = new JsonReply(context);
        var json = reply.Json;
        json.WriteStartObject();
        json.WriteStartArray("data");

        foreach (var trace in traces)
        {
            await new LegacyTraceWriter(reply, trace).WriteAsync();
        }

        json.WriteEndArray();
        json.WriteNumber("total", 0);
        json.WriteNumber("limit", 0);
        json.WriteNumber("offset", 0);
        WriteErrors(json, missing);
        json.WriteEndObject();
    }

    private static async Task SearchAsync(HttpContext context, SpanStore store, TimeProvider time, IOptions<QueryOptions> options)
    {
        var parameters = new LegacyParameters(context.Request.Query, time);
        var ids = parameters.TraceIds().Distinct().ToList();
        var found = ids.Count == 0 ? store.Search(parameters.Search()) : [.. ids.Select(store.Find).OfType<Trace>()];

        await WriteAsync(context, Shown(found, parameters, options), [.. ids.Except(found.Select(trace => trace.Id))]);
    }

    private static async Task FindAsync(HttpContext context, string id, SpanStore store, TimeProvider time, IOptions<QueryOptions> options)
    {
        var found = store.Find(LegacyParameters.TraceId(id)) ?? throw QueryException.NotFound("trace not found");

        await WriteAsync(context, Shown([found], new LegacyParameters(context.Request.Query, time), options));
    }

    /// <summary>An archived trace stays where it is, and stays: there is no second storage.</summary>
    private static IResult Archive(string id, SpanStore store) => store.Archive(LegacyParameters.TraceId(id))
        ? JsonAnswer.Of(new Envelope<string[]>([], Errors: []))
        : throw QueryException.NotFound("trace not found");

    private static IEnumerable<ShownTrace> Shown(IEnumerable<Trace> traces, LegacyParameters parameters, IOptions<QueryOptions> options)
    {
        var raw = parameters.Flag("raw");
        return traces.Select(trace => ShownTrace.Of(trace, raw, options.Value));
    }

    private static void WriteErrors(Utf8JsonWriter json, TraceId[] missing)
    {
        if (missing.Length == 0)
        {
            json.WriteNull("errors");
            return;
        }

        json.WriteStartArray("errors");

        foreach (var id in missing)
        {
            json.WriteStartObject();
            json.WriteString("msg", "trace not found");
            json.WriteString("traceID", LegacyTraceWriter.Text(id));
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }
}
