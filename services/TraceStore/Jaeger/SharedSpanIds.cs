using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>
/// With Zipkin a server's span may have the id of the client's span that called it. Here as in Jaeger the server's gets an id of its own and
/// becomes the client's child, and its children follow (jaeger: .../jaegerquery/internal/adjuster/spaniduniquifier.go).
/// </summary>
internal static class SharedSpanIds
{
    public static void Separate(ShownSpan[] spans)
    {
        var used = spans.Select(span => span.SpanId).ToHashSet();

        if (used.Count == spans.Length)
        {
            return;
        }

        var clients = spans.Where(span => span.Span.Kind == SpanKind.Client).Select(span => span.SpanId).ToHashSet();
        var given = new Dictionary<SpanId, SpanId>();
        var last = 0UL;

        foreach (var server in spans.Where(span => span.Span.Kind == SpanKind.Server && clients.Contains(span.SpanId)))
        {
            do
            {
                last++;
            }
            while (used.Contains(new SpanId(last)));

            given[server.SpanId] = new SpanId(last);
            (server.ParentId, server.SpanId) = (server.SpanId, new SpanId(last));
        }

        foreach (var span in spans)
        {
            if (given.TryGetValue(span.ParentId, out var id) && span.SpanId != id)
            {
                span.ParentId = id;
            }
        }
    }
}
