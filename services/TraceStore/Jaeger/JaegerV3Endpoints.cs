using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// Jaeger's third API, which its search page and our viewer use (jaeger: cmd/jaeger/internal/extension/jaegerquery/internal/apiv3/http_gateway.go).
/// </summary>
internal static class JaegerV3Endpoints
{
    public static void MapJaegerV3(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api/v3").AddEndpointFilter(ExplainAsync);

        api.MapGet("/services", async (SpanStore store, CancellationToken aborted) => JsonAnswer.Of(new { services = await store.ServicesAsync(aborted) }));
        api.MapGet("/operations", OperationsAsync);
        api.MapGet("/trace-summaries", SummariesAsync);
        api.MapGet("/traces", SearchAsync);
        api.MapGet("/traces/{id}", FindAsync);
    }

    /// <summary>Without a service there are none, and that is no mistake.</summary>
    private static async Task<IResult> OperationsAsync(HttpRequest request, SpanStore store)
    {
        var parameters = new V3Parameters(request.Query);
        var kind = parameters.SpanKind;

        return JsonAnswer.Of(new
        {
            operations = (await store.OperationsAsync(parameters.Text("service") ?? "", request.HttpContext.RequestAborted))
                .Where(operation => kind is null || operation.Kind.Text() == kind)
                .Select(operation => new { name = operation.Name, spanKind = Kind(operation) })
                .ToArray(),
        });
    }

    // Here, and only here, Jaeger calls an unspecified kind internal.
    private static string Kind(Operation operation) => operation.Kind == SpanKind.Unspecified ? "internal" : operation.Kind.Text();

    private static async Task<IResult> SummariesAsync(HttpRequest request, SpanStore store) => JsonAnswer.Of(new
    {
        summaries = await store.SearchAsync(new V3Parameters(request.Query).Search(), request.HttpContext.RequestAborted)
            .Select(trace => SummaryAnswer.Of(TraceSummary.Of(trace)))
            .ToListAsync(request.HttpContext.RequestAborted),
    });

    private static Task SearchAsync(HttpContext context, SpanStore store, IOptions<QueryOptions> options)
    {
        var parameters = new V3Parameters(context.Request.Query);
        return WriteAsync(context, store.SearchAsync(parameters.Search(), context.RequestAborted), parameters.Raw, options.Value);
    }

    private static async Task FindAsync(HttpContext context, string id, SpanStore store, IOptions<QueryOptions> options)
    {
        var parameters = new V3Parameters(context.Request.Query);
        var found = await store.FindAsync(parameters.TraceId(id), context.RequestAborted);
        await WriteAsync(context, (found is null ? [] : (Trace[])[found]).ToAsyncEnumerable(), parameters.Raw, options.Value);
    }

    private static async Task WriteAsync(HttpContext context, IAsyncEnumerable<Trace> traces, bool raw, QueryOptions options)
    {
        await using var each = traces.GetAsyncEnumerator(context.RequestAborted);

        if (!await each.MoveNextAsync())
        {
            throw QueryException.NotFound("No traces found");
        }

        await using var reply = new JsonReply(context);
        reply.Json.WriteStartObject();
        reply.Json.WriteStartObject("result");
        reply.Json.WriteStartArray("resourceSpans");

        do
        {
            await OtlpJsonWriter.WriteAsync(reply, ShownTrace.Of(each.Current, raw, options));
        }
        while (await each.MoveNextAsync());

        reply.Json.WriteEndArray();
        reply.Json.WriteEndObject();
        reply.Json.WriteEndObject();
    }

    /// <summary>Answers what cannot be read, or takes too long, in this API's form.</summary>
    public static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (QueryException refusal)
        {
            return Refuse(refusal);
        }
        catch (TimeoutException limit)
        {
            return Refuse(QueryException.TooSlow(limit));
        }
    }

    private static IResult Refuse(QueryException refusal) =>
        JsonAnswer.Of(new { error = new { httpCode = refusal.Status, message = refusal.Message } }, refusal.Status);
}
