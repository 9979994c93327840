using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>An edge of the dependency graph, counted as Jaeger counts: once for every span whose parent is in the same trace.</summary>
internal readonly record struct ServiceCall(string Parent, string Child, long Count)
{
    public static ServiceCall[] In(Trace trace)
    {
        var services = new Dictionary<SpanId, string>(trace.Spans.Length);
        var counts = new Dictionary<(string, string), long>();

        foreach (var span in trace.Spans)
        {
            services[span.SpanId] = span.ServiceName;
        }

        foreach (var span in trace.Spans)
        {
            if (services.TryGetValue(span.ParentId, out var parent))
            {
                counts[(parent, span.ServiceName)] = counts.GetValueOrDefault((parent, span.ServiceName)) + 1;
            }
        }

        return [.. counts.Select(entry => new ServiceCall(entry.Key.Item1, entry.Key.Item2, entry.Value))];
    }

    /// <summary>The edges of many traces, by name.</summary>
    public static IEnumerable<ServiceCall> Sum(IEnumerable<Trace> traces) => traces
        .SelectMany(trace => trace.Calls)
        .GroupBy(call => (call.Parent, call.Child))
        .Select(edge => new ServiceCall(edge.Key.Parent, edge.Key.Child, edge.Sum(call => call.Count)))
        .OrderBy(call => call.Parent, StringComparer.Ordinal)
        .ThenBy(call => call.Child, StringComparer.Ordinal);
}
