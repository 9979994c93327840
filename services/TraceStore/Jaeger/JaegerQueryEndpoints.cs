using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;
using Microsoft.AspNetCore.Http.Features;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// Jaeger's first JSON API (jaeger: cmd/jaeger/internal/extension/jaegerquery/internal/http_handler.go). Jaeger's page asks it for a trace, the
/// service graph and the Monitor tab; Grafana's data source and pages from before 2.20 also for the services, operations and searches that
/// Jaeger 2.21 no longer answers.
/// </summary>
internal static class JaegerQueryEndpoints
{
    public static void MapJaegerQuery(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api").AddEndpointFilter(ExplainAsync);

        api.MapGet("/services", async (SpanStore store, CancellationToken aborted) => List(await store.ServicesAsync(aborted)));
        api.MapGet("/services/{service}/operations", async (HttpContext context, SpanStore store) =>
            List((await store.OperationsAsync(ServiceIn(context), context.RequestAborted)).Select(operation => operation.Name).Distinct().ToList()));
        api.MapGet("/operations", OperationsAsync);
        api.MapGet("/dependencies", DependenciesAsync);
        api.MapLegacyTraces();
        api.MapTransform();
        api.MapMonitor();
    }

    private static IResult List<T>(List<T> items) => JsonAnswer.Of(new Envelope<List<T>>(items, items.Count));

    /// <summary>ASP.NET unescapes a path but for <c>%2F</c>, and so cannot tell a slash from a written <c>%2F</c>; the request line can.</summary>
    private static string ServiceIn(HttpContext context) =>
        Uri.UnescapeDataString(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].TrimEnd('/').Split('/')[^2]);

    private static async Task<IResult> OperationsAsync(HttpRequest request, SpanStore store, TimeProvider time)
    {
        var parameters = new LegacyParameters(request.Query, time);
        var kind = parameters.Text("spanKind");

        return List((await store.OperationsAsync(parameters.Service, request.HttpContext.RequestAborted))
            .Where(operation => kind is null || operation.Kind.Text() == kind)
            .Select(operation => new { name = operation.Name, spanKind = operation.Kind.Text() })
            .ToList());
    }

    private static async Task<IResult> DependenciesAsync(HttpRequest request, SpanStore store, TimeProvider time)
    {
        var parameters = new LegacyParameters(request.Query, time);
        var (from, to) = parameters.Window();
        var service = parameters.Text("service");

        return JsonAnswer.Of(new Envelope<object>((await store.CallsAsync(from, to, request.HttpContext.RequestAborted))
            .Where(call => service is null || call.Parent == service || call.Child == service)
            .Select(call => new { parent = call.Parent, child = call.Child, callCount = call.Count })
            .ToArray()));
    }

    private static async ValueTask<object?> ExplainAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
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
        JsonAnswer.Of(new Envelope<object?>(null, Errors: [new EnvelopeError(refusal.Status, refusal.Message)]), refusal.Status);
}
