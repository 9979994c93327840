using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// An edge of the dependency graph, counted as Jaeger's memory store counts: once for every span whose parent is in the same trace.
/// </summary>
internal readonly record struct ServiceCall(string Parent, string Child, long Count);

/// <summary>Counts the edges, trace by trace as they lie in the file.</summary>
internal static class ServiceCalls
{
    public static List<ServiceCall> Count(SpanReader reader, ulong fromNanos, ulong toNanos)
    {
        var counts = new Dictionary<(long Parent, long Child), long>();
        var spans = new List<(ulong Parent, long Service)>();
        var services = new Dictionary<ulong, long>();
        var current = -1L;
        var rows = reader.Prepared(
            """
            SELECT span.id, span.span_id, span.parent_id, span.service FROM trace
            JOIN span ON span.id >= trace.number * 1048576 AND span.id < (trace.number + 1) * 1048576
            WHERE trace.first BETWEEN ? AND ? ORDER BY trace.number
            """).With(Statement.Signed(fromNanos)).With(Statement.Signed(toNanos));

        while (rows.Step())
        {
            if (rows.Number(0) / OpenTraces.Places is var trace && trace != current)
            {
                Add();
                current = trace;
            }

            services[(ulong)rows.Number(1)] = rows.Number(3);
            spans.Add(((ulong)rows.Number(2), rows.Number(3)));
        }

        Add();
        return
        [
            .. counts.Select(edge => new ServiceCall(reader.ServiceName(edge.Key.Parent), reader.ServiceName(edge.Key.Child), edge.Value))
                .OrderBy(call => call.Parent, StringComparer.Ordinal).ThenBy(call => call.Child, StringComparer.Ordinal),
        ];

        void Add()
        {
            foreach (var (parent, child) in spans)
            {
                if (parent != 0 && services.TryGetValue(parent, out var caller))
                {
                    counts[(caller, child)] = counts.GetValueOrDefault((caller, child)) + 1;
                }
            }

            spans.Clear();
            services.Clear();
        }
    }
}
