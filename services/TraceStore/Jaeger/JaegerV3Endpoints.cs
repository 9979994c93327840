using System.Globalization;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>Jaeger's third API (jaeger-idl: proto/api_v3/query_service.proto, in JSON), which its search page and our viewer use.</summary>
internal static class JaegerV3Endpoints
{
    public static void MapJaegerV3(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v3").AddEndpointFilter(ExplainAsync);

        api.MapGet("/services", (SpanStore store) => Results.Json(new { services = store.Services() }));
        api.MapGet("/operations", Operations);
        api.MapGet("/trace-summaries", Summaries);
        api.MapGet("/traces", SearchAsync);
        api.MapGet("/traces/{id}", FindAsync);
    }

    private static IResult Operations(HttpRequest request, SpanStore store, TimeProvider time)
    {
        var parameters = new QueryParameters(request.Query, time);
        var kind = parameters.Text("spanKind") ?? parameters.Text("span_kind");

        return Results.Json(new
        {
            operations = store.Operations(parameters.Required("service"))
                .Where(operation => kind is null || Kind(operation) == kind)
                .Select(operation => new { name = operation.Name, spanKind = Kind(operation) })
                .ToArray(),
        });
    }

    // Here, and only here, Jaeger calls an unspecified kind internal.
    private static string Kind(Operation operation) => operation.Kind == SpanKind.Unspecified ? "internal" : operation.Kind.Text();

    private static IResult Summaries(HttpRequest request, SpanStore store, TimeProvider time) => Results.Json(new
    {
        summaries = store.Search(new QueryParameters(request.Query, time).Search()).Select(trace => Shape(trace.Summary)).ToArray(),
    });

    private static object Shape(TraceSummary summary) => new
    {
        traceId = summary.Id.ToString(),
        rootServiceName = summary.RootService,
        rootOperationName = summary.RootOperation,
        minStartTimeUnixNano = summary.Bounds.FirstStart.ToString(CultureInfo.InvariantCulture),
        maxEndTimeUnixNano = summary.Bounds.End.ToString(CultureInfo.InvariantCulture),
        spanCount = summary.Spans,
        errorSpanCount = summary.Errors,
        orphanSpanCount = summary.Orphans,
        services = summary.Services.Select(service => new
        {
            name = service.Name,
            spanCount = service.Spans,
            errorSpanCount = service.Errors,
        }).ToArray(),
    };

    private static Task SearchAsync(HttpContext context, SpanStore store, TimeProvider time) =>
        WriteAsync(context, store.Search(new QueryParameters(context.Request.Query, time).Search()));

    private static async Task FindAsync(HttpContext context, string id, SpanStore store) =>
        await WriteAsync(context, [store.Find(QueryParameters.ParseTraceId(id)) ?? throw QueryException.NotFound()]);

    private static async Task WriteAsync(HttpContext context, IEnumerable<Trace> traces)
    {
        await using var reply = new JsonReply(context);
        reply.Json.WriteStartObject();
        reply.Json.WriteStartObject("result");
        reply.Json.WriteStartArray("resourceSpans");

        foreach (var trace in traces)
        {
            await OtlpJsonWriter.WriteAsync(reply, trace);
        }

        reply.Json.WriteEndArray();
        reply.Json.WriteEndObject();
        reply.Json.WriteEndObject();
    }

    private static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (QueryException refusal)
        {
            return Results.Json(new { error = new { httpCode = refusal.Status, message = refusal.Message } }, statusCode: refusal.Status);
        }
    }
}
