using InferenceTracing.TraceStore.Jaeger;
using InferenceTracing.TraceStore.Model;
using InferenceTracing.TraceStore.Storage;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Viewer;

/// <summary>
/// What our search asks beyond Jaeger's: <c>/api/search</c> takes the parameters of <c>/api/v3/trace-summaries</c>, a <c>filter</c> and an
/// order (<c>sort</c>), and its durations are those of the whole trace; <c>/api/ids/{digits}</c> has the ids that begin so.
/// </summary>
internal static class ViewerSearchEndpoints
{
    /// <summary>One more than the page lists, so that it can say that there are more.</summary>
    private const int MostIds = 21;

    public static void MapViewerSearch(this IEndpointRouteBuilder routes)
    {
        var api = routes.MapGroup("/api").AddEndpointFilter(JaegerV3Endpoints.ExplainAsync);
        api.MapGet("/search", SearchAsync);
        api.MapGet("/ids/{digits}", IdsAsync);
    }

    private static async Task<IResult> SearchAsync(HttpRequest request, SpanStore store, IOptions<StoreOptions> options)
    {
        var parameters = new V3Parameters(request.Query);
        var asked = parameters.Search();
        var filter = SpanFilter.Parse(parameters.Text("filter") ?? "");
        var order = Order(parameters.Text("sort"));
        var (found, looked) = (new List<TraceSummary>(), 0);

        // What the store can decide it decides; the rest is decided here, on as many of the newest traces as one search may answer.
        var search = asked with
        {
            MinDurationNanos = filter.LeastNanos,
            MaxDurationNanos = ulong.MaxValue,
            Tags = [.. asked.Tags, .. filter.Tags],
            Limit = options.Value.MaxSearchResults,
        };

        await foreach (var trace in store.SearchAsync(search, request.HttpContext.RequestAborted))
        {
            looked++;

            if (Lasts(trace.Bounds, asked) && Array.Exists(trace.Spans, span => IsAsked(span, search) && filter.Fits(span)))
            {
                found.Add(TraceSummary.Of(trace));
            }

            if (order is null && found.Count == asked.Limit)
            {
                break;
            }
        }

        return JsonAnswer.Of(new
        {
            summaries = (order is null ? found.AsEnumerable() : found.OrderByDescending(order)).Take(asked.Limit).Select(SummaryAnswer.Of),
            looked,
            more = looked == search.Limit,
        });
    }

    private static bool Lasts(TraceBounds bounds, TraceSearch asked) =>
        bounds.End - bounds.FirstStart is var nanos && nanos >= asked.MinDurationNanos && nanos <= asked.MaxDurationNanos;

    private static bool IsAsked(Span span, TraceSearch search) =>
        (search.Service is null || span.ServiceName == search.Service) && search.Fits(span);

    /// <summary>Null for the newest first, as the store finds them.</summary>
    private static Func<TraceSummary, ulong>? Order(string? sort) => sort switch
    {
        null or "newest" => null,
        "longest" => trace => trace.Bounds.End - trace.Bounds.FirstStart,
        "spans" => trace => (ulong)trace.Spans,
        "errors" => trace => (ulong)trace.Errors,
        _ => throw QueryException.Bad("sort: newest, longest, spans or errors is expected"),
    };

    private static async Task<IResult> IdsAsync(string digits, SpanStore store, CancellationToken aborted) =>
        digits.Length <= 2 * TraceId.Size && digits.All(char.IsAsciiHexDigit)
            ? JsonAnswer.Of(new { ids = (await store.IdsAsync(digits, MostIds, aborted)).Select(id => id.ToString()) })
            : throw QueryException.Bad($"1 to 32 hex digits are expected, not '{digits}'");
}
