using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>One line about a trace: Jaeger's <c>TraceSummary</c>. An orphan is a span whose parent is not in the trace.</summary>
internal sealed record TraceSummary(
    TraceId Id, string RootService, string RootOperation, TraceBounds Bounds, int Spans, int Errors, int Orphans, ServiceShare[] Services)
{
    public static TraceSummary Of(Trace trace)
    {
        var spans = trace.Spans;
        var ids = new HashSet<SpanId>(spans.Length);
        var services = new SortedDictionary<string, ServiceShare>(StringComparer.Ordinal);
        var root = spans.Length > 0 ? spans[0] : null;
        int errors = 0, orphans = 0;

        foreach (var span in spans)
        {
            ids.Add(span.SpanId);
        }

        foreach (var span in spans)
        {
            var failed = span.Status == SpanStatus.Error ? 1 : 0;
            var share = services.GetValueOrDefault(span.ServiceName, new ServiceShare(span.ServiceName, 0, 0));
            services[span.ServiceName] = share with { Spans = share.Spans + 1, Errors = share.Errors + failed };
            errors += failed;
            orphans += span.ParentId.IsValid && !ids.Contains(span.ParentId) ? 1 : 0;

            if (Rank(span, ids) is var rank && (rank, span.StartNanos).CompareTo((Rank(root!, ids), root!.StartNanos)) < 0)
            {
                root = span;
            }
        }

        return new TraceSummary(
            trace.Id, root?.ServiceName ?? "", root?.Name ?? "", trace.Bounds, spans.Length, errors, orphans, [.. services.Values]);
    }

    // A span without parent, else one whose parent has not come (yet), else any; among equals the first to start.
    private static int Rank(Span span, HashSet<SpanId> ids) => !span.ParentId.IsValid ? 0 : ids.Contains(span.ParentId) ? 2 : 1;
}

/// <summary>One service's part of a trace.</summary>
internal sealed record ServiceShare(string Name, int Spans, int Errors);
