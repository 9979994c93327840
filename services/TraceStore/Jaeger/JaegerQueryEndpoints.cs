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

        api.MapGet("/services", (SpanStore store) => List(store.Services()));
        api.MapGet("/services/{service}/operations", (HttpContext context, SpanStore store) =>
            List(store.Operations(ServiceIn(context)).Select(operation => operation.Name).Distinct().ToArray()));
        api.MapGet("/operations", Operations);
        api.MapGet("/dependencies", Dependencies);
        api.MapLegacyTraces();
        api.MapTransform();
        api.MapMonitor();
    }

    private static IResult List<T>(T[] items) => JsonAnswer.Of(new Envelope<T[]>(items, items.Length));

    /// <summary>ASP.NET unescapes a path but for <c>%2F</c>, and so cannot tell a slash from a written <c>%2F</c>; the request line can.</summary>
    private static string ServiceIn(HttpContext context) =>
        Uri.UnescapeDataString(context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].TrimEnd('/').Split('/')[^2]);

    private static IResult Operations(HttpRequest request, SpanStore store, TimeProvider time)
    {
        var parameters = new LegacyParameters(request.Query, time);
        var kind = parameters.Text("spanKind");

        return List(store.Operations(parameters.Service)
            .Where(operation => kind is null || operation.Kind.Text() == kind)
            .Select(operation => new { name = operation.Name, spanKind = operation.Kind.Text() })
            .ToArray());
    }

    private static IResult Dependencies(HttpRequest request, SpanStore store, TimeProvider time)
    {
        var parameters = new LegacyParameters(request.Query, time);
        var (from, to) = parameters.Window();
        var service = parameters.Text("service");

        return JsonAnswer.Of(new Envelope<object>(store.Calls(from, to)
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
            return JsonAnswer.Of(new Envelope<object?>(null, Errors: [new EnvelopeError(refusal.Status, refusal.Message)]), refusal.Status);
        }
    }
}
