using InferenceTracing.TraceStore.Storage;

namespace InferenceTracing.TraceStore.Viewer;

/// <summary><c>GET /api/store</c>: how full the store is and what became of the spans; our own, for the viewer and for scripts.</summary>
internal static class StoreCountsEndpoint
{
    public static void MapStoreCounts(this IEndpointRouteBuilder routes) => routes.MapGet("/api/store", Counts);

    private static IResult Counts(SpanStore store, StoreMetrics metrics)
    {
        var counts = store.Count();

        return Results.Json(new
        {
            traces = counts.Traces,
            spans = counts.Spans,
            bytes = counts.Bytes,
            maxBytes = counts.MaxBytes,
            receivedSpans = metrics.ReceivedTotal,
            storedSpans = metrics.StoredTotal,
            rejectedSpans = metrics.RejectedTotal,
            duplicateSpans = metrics.DuplicateTotal,
            evictedSpans = metrics.EvictedSpanTotal,
            evictedTraces = metrics.EvictedTraceTotal,
        });
    }
}
