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

        api.MapGet("/services", (SpanStore store) => JsonAnswer.Of(new { services = store.Services() }));
        api.MapGet("/operations", Operations);
        api.MapGet("/trace-summaries", Summaries);
        api.MapGet("/traces", SearchAsync);
        api.MapGet("/traces/{id}", FindAsync);
    }

    /// <summary>Without a service there are none, and that is no mistake.</summary>
    private static IResult Operations(HttpRequest request, SpanStore store)
    {
        var parameters = new V3Parameters(request.Query);
        var kind = parameters.SpanKind;

        return JsonAnswer.Of(new
        {
            operations = store.Operations(parameters.Text("service") ?? "")
                .Where(operation => kind is null || operation.Kind.Text() == kind)
                .Select(operation => new { name = operation.Name, spanKind = Kind(operation) })
                .ToArray(),
        });
    }

    // Here, and only here, Jaeger calls an unspecified kind internal.
    private static string Kind(Operation operation) => operation.Kind == SpanKind.Unspecified ? "internal" : operation.Kind.Text();

    private static IResult Summaries(HttpRequest request, SpanStore store) => JsonAnswer.Of(new
    {
        summaries = store.Search(new V3Parameters(request.Query).Search()).Select(trace => SummaryAnswer.Of(trace.Summary)).ToArray(),
    });

    private static Task SearchAsync(HttpContext context, SpanStore store, IOptions<QueryOptions> options)
    {
        var parameters = new V3Parameters(context.Request.Query);
        return WriteAsync(context, store.Search(parameters.Search()), parameters.Raw, options.Value);
    }

    private static Task FindAsync(HttpContext context, string id, SpanStore store, IOptions<QueryOptions> options)
    {
        var parameters = new V3Parameters(context.Request.Query);
        return WriteAsync(context, store.Find(parameters.TraceId(id)) is { } found ? [found] : [], parameters.Raw, options.Value);
    }

    private static async Task WriteAsync(HttpContext context, IReadOnlyList<Trace> traces, bool raw, QueryOptions options)
    {
        if (traces.Count == 0)
        {
            throw QueryException.NotFound("No traces found");
        }

        await using var reply = new JsonReply(context);
        reply.Json.WriteStartObject();
        reply.Json.WriteStartObject("result");
        reply.Json.WriteStartArray("resourceSpans");

        foreach (var trace in traces)
        {
            await OtlpJsonWriter.WriteAsync(reply, ShownTrace.Of(trace, raw, options));
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
            return JsonAnswer.Of(new { error = new { httpCode = refusal.Status, message = refusal.Message } }, refusal.Status);
        }
    }
}
