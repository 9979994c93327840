using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>Jaeger's first JSON API, on which its page for one trace and most scripts rest (jaeger: cmd/query/app/http_handler.go).</summary>
internal static class JaegerQueryEndpoints
{
    private const ulong NanosPerDay = 24UL * 3_600 * 1_000_000_000;

    public static void MapJaegerQuery(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api").AddEndpointFilter(ExplainAsync);

        api.MapGet("/services", (SpanStore store) => List(store.Services()));
        api.MapGet("/services/{service}/operations", (string service, SpanStore store) =>
            List(store.Operations(service).Select(operation => operation.Name).Distinct().ToArray()));
        api.MapGet("/operations", Operations);
        api.MapGet("/traces", SearchAsync);
        api.MapGet("/traces/{id}", FindAsync);
        api.MapGet("/dependencies", Dependencies);
        api.MapPost("/archive/{id}", () => NotConfigured("archive span storage was not configured"));
        api.MapGet("/metrics/{name}", () => NotConfigured("metrics storage was not configured"));
    }

    private static IResult List<T>(T[] items) => Results.Json(new Envelope<T[]>(items, items.Length));

    private static IResult Operations(HttpRequest request, SpanStore store, TimeProvider time)
    {
        var parameters = new QueryParameters(request.Query, time);
        var kind = parameters.Text("spanKind");

        return List(store.Operations(parameters.Required("service"))
            .Where(operation => kind is null || operation.Kind.Text() == kind)
            .Select(operation => new { name = operation.Name, spanKind = operation.Kind.Text() })
            .ToArray());
    }

    private static async Task SearchAsync(HttpContext context, SpanStore store, TimeProvider time)
    {
        var parameters = new QueryParameters(context.Request.Query, time);
        var ids = parameters.TraceIds().Distinct().ToList();

        if (ids.Count == 0)
        {
            await WriteAsync(context, store.Search(parameters.LegacySearch()), []);
            return;
        }

        var found = ids.Select(store.Find).OfType<Trace>().ToList();
        await WriteAsync(context, found, ids.Except(found.Select(trace => trace.Id)));
    }

    private static async Task FindAsync(HttpContext context, string id, SpanStore store) =>
        await WriteAsync(context, [store.Find(QueryParameters.ParseTraceId(id)) ?? throw QueryException.NotFound()], []);

    private static IResult Dependencies(HttpRequest request, SpanStore store, TimeProvider time)
    {
        var parameters = new QueryParameters(request.Query, time);
        var end = parameters.Millis("endTs") ?? parameters.Now;
        var lookback = parameters.Millis("lookback") ?? NanosPerDay;

        return Results.Json(new Envelope<object>(store.Calls(end - Math.Min(end, lookback), end)
            .Select(call => new { parent = call.Parent, child = call.Child, callCount = call.Count })
            .ToArray()));
    }

    private static async Task WriteAsync(HttpContext context, IEnumerable<Trace> traces, IEnumerable<TraceId> missing)
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
        WriteErrors(json, [.. missing]);
        json.WriteEndObject();
    }

    private static void WriteErrors(System.Text.Json.Utf8JsonWriter json, TraceId[] missing)
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
            json.WriteString("traceID", id.ToString());
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static IResult NotConfigured(string message) => Refuse(StatusCodes.Status501NotImplemented, message);

    private static IResult Refuse(int status, string message) =>
        Results.Json(new Envelope<object?>(null, Errors: [new EnvelopeError(status, message)]), statusCode: status);

    private static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (QueryException refusal)
        {
            return Refuse(refusal.Status, refusal.Message);
        }
    }
}
