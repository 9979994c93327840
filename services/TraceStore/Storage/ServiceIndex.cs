using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>Which traces touch which service and operation. Used under the store's lock.</summary>
internal sealed class ServiceIndex
{
    private readonly SortedDictionary<string, ServiceTraces> _services = new(StringComparer.Ordinal);

    public IEnumerable<string> Services => _services.Keys;

    public void Add(StoredTrace trace, Span span)
    {
        if (!_services.TryGetValue(span.ServiceName, out var service))
        {
            _services.Add(span.ServiceName, service = new ServiceTraces());
        }

        service.Traces.Add(trace);

        if (!service.Operations.TryGetValue(new Operation(span.Name, span.Kind), out var operation))
        {
            service.Operations.Add(new Operation(span.Name, span.Kind), operation = []);
        }

        operation.Add(trace);
    }

    public void Remove(StoredTrace trace)
    {
        foreach (var span in trace.Seen.Spans)
        {
            if (!_services.TryGetValue(span.ServiceName, out var service))
            {
                continue;
            }

            var operation = new Operation(span.Name, span.Kind);

            if (service.Operations.TryGetValue(operation, out var traces) && traces.Remove(trace) && traces.Count == 0)
            {
                service.Operations.Remove(operation);
            }

            if (service.Traces.Remove(trace) && service.Traces.Count == 0)
            {
                _services.Remove(span.ServiceName);
            }
        }
    }

    public IEnumerable<Operation> Operations(string service) =>
        _services.TryGetValue(service, out var known) ? known.Operations.Keys : [];

    /// <summary>The traces that have a span of the service and, where given, of the operation.</summary>
    public IEnumerable<StoredTrace> Find(string service, string? operation)
    {
        if (!_services.TryGetValue(service, out var known))
        {
            return [];
        }

        return operation is null
            ? known.Traces
            : known.Operations.Where(entry => entry.Key.Name == operation).SelectMany(entry => entry.Value).Distinct();
    }

    private sealed class ServiceTraces
    {
        public HashSet<StoredTrace> Traces { get; } = [];

        public Dictionary<Operation, HashSet<StoredTrace>> Operations { get; } = [];
    }
}

/// <summary>What a service does: a span name and the kind of span that bears it.</summary>
internal readonly record struct Operation(string Name, SpanKind Kind);
