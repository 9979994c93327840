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
        api.MapPost("/archive/{id}", ArchiveAsync);
    }

    /// <summary>Writes traces, and the ids of those that were asked for and are not there, in the envelope.</summary>
    public static async Task WriteAsync(HttpContext context, IAsyncEnumerable<ShownTrace> traces, Func<TraceId[]>? missing = null)
    {
        await using var reply = new JsonReply(context);
        var json = reply.Json;
        json.WriteStartObject();
        json.WriteStartArray("data");

        await foreach (var trace in traces)
        {
            await new LegacyTraceWriter(reply, trace).WriteAsync();
        }

        json.WriteEndArray();
        json.WriteNumber("total", 0);
        json.WriteNumber("limit", 0);
        json.WriteNumber("offset", 0);
        WriteErrors(json, missing?.Invoke() ?? []);
        json.WriteEndObject();
    }

    private static async Task SearchAsync(HttpContext context, SpanStore store, TimeProvider time, IOptions<QueryOptions> options)
    {
        var parameters = new LegacyParameters(context.Request.Query, time);
        var ids = parameters.TraceIds().Distinct().ToList();
        var found = ids.Count == 0
            ? store.SearchAsync(parameters.Search(), context.RequestAborted)
            : ids.ToAsyncEnumerable().Select(async (TraceId id, CancellationToken aborted) => await store.FindAsync(id, aborted)).OfType<Trace>();

        // Each is written as it is read; what is missing is known at the end.
        var missing = ids.ToHashSet();
        await WriteAsync(
            context,
            Shown(found, parameters, options).Select(trace =>
            {
                missing.Remove(trace.Id);
                return trace;
            }),
            () => [.. missing]);
    }

    private static async Task FindAsync(HttpContext context, string id, SpanStore store, TimeProvider time, IOptions<QueryOptions> options)
    {
        var found = await store.FindAsync(LegacyParameters.TraceId(id), context.RequestAborted) ?? throw QueryException.NotFound("trace not found");

        await WriteAsync(context, Shown(((Trace[])[found]).ToAsyncEnumerable(), new LegacyParameters(context.Request.Query, time), options));
    }

    private static async Task<IResult> ArchiveAsync(string id, SpanStore store, CancellationToken aborted) =>
        await store.ArchiveAsync(LegacyParameters.TraceId(id), aborted)
        ? JsonAnswer.Of(new Envelope<string[]>([], Errors: []))
        : throw QueryException.NotFound("trace not found");

    private static IAsyncEnumerable<ShownTrace> Shown(IAsyncEnumerable<Trace> traces, LegacyParameters parameters, IOptions<QueryOptions> options)
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
