using InferenceTracing.TraceStore.Model;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// The traces, in memory and bounded: when the store is full, whole traces leave it, the longest stored first. One lock guards it and is held
/// for one trace's spans of one request, or to copy references; matching, summarising and writing happen outside, on immutable traces.
/// </summary>
internal sealed class SpanStore(IOptions<StoreOptions> options, StoreMetrics metrics, ILogger<SpanStore> logger)
{
    private const int SpansPerLock = 1_024;

    private readonly StoreOptions _limits = options.Value;
    private readonly long _maxTraceBytes = Math.Min(options.Value.MaxTraceBytes, options.Value.MaxBytes / 2);
    private readonly Lock _lock = new();
    private readonly Dictionary<TraceId, StoredTrace> _traces = [];
    private readonly Queue<StoredTrace> _byAge = [];
    private readonly HashSet<TraceId> _archived = [];
    private readonly ServiceIndex _index = new();
    private long _bytes;
    private long _spans;
    private bool _evicting;

    /// <summary>Stores spans; one that is already there is not stored again, so that a sender may repeat itself.</summary>
    /// <returns>How many were rejected, because their trace is full.</returns>
    public int Add(IReadOnlyList<Span> spans)
    {
        var rejected = 0;

        foreach (var group in spans.GroupBy(span => span.TraceId))
        {
            foreach (var spansAtOnce in group.Chunk(SpansPerLock))
            {
                rejected += AddToTrace(group.Key, spansAtOnce);
            }
        }

        metrics.Rejected(rejected, "trace_full");
        return rejected;
    }

    public Trace? Find(TraceId id)
    {
        lock (_lock)
        {
            return _traces.GetValueOrDefault(id)?.Seen;
        }
    }

    /// <summary>Traces with a span that matches, the newest first.</summary>
    public IReadOnlyList<Trace> Search(TraceSearch search)
    {
        Trace[] candidates;

        lock (_lock)
        {
            var traces = search.Service is null ? _traces.Values : _index.Find(search.Service, search.Operation);
            candidates = [.. traces.Select(trace => trace.Seen)];
        }

        return search.Pick(candidates, _limits.MaxSearchResults);
    }

    public string[] Services()
    {
        lock (_lock)
        {
            return [.. _index.Services];
        }
    }

    /// <summary>The operations of a service by name and kind.</summary>
    public Operation[] Operations(string service)
    {
        Operation[] operations;

        lock (_lock)
        {
            operations = [.. _index.Operations(service)];
        }

        Array.Sort(operations, (one, other) => string.CompareOrdinal(one.Name, other.Name) is var order and not 0 ? order : one.Kind.CompareTo(other.Kind));
        return operations;
    }

    /// <summary>Who called whom, over all traces that began in that time (nanoseconds since the Unix epoch).</summary>
    public IEnumerable<ServiceCall> Calls(ulong fromNanos, ulong toNanos)
    {
        Trace[] traces;

        lock (_lock)
        {
            traces = [.. _traces.Values.Select(trace => trace.Seen)];
        }

        return ServiceCall.Sum(traces.Where(trace => trace.Bounds.FirstStart >= fromNanos && trace.Bounds.FirstStart <= toNanos));
    }

    /// <summary>The spans of a service that began in that time (nanoseconds since the Unix epoch).</summary>
    public IEnumerable<SpanTiming> Timings(string service, ulong fromNanos, ulong toNanos)
    {
        Trace[] traces;

        lock (_lock)
        {
            traces = [.. _index.Find(service, operation: null).Select(trace => trace.Seen)];
        }

        return traces.SelectMany(trace => trace.Spans.ToArray())
            .Where(span => span.ServiceName == service && span.StartNanos >= fromNanos && span.StartNanos <= toNanos)
            .Select(SpanTiming.Of);
    }

    /// <summary>Keeps a trace: no newer one takes its place.</summary>
    /// <returns>Whether it is there.</returns>
    public bool Archive(TraceId id)
    {
        lock (_lock)
        {
            var found = _traces.ContainsKey(id);

            if (found)
            {
                _archived.Add(id);
            }

            return found;
        }
    }

    public StoreCounts Count()
    {
        lock (_lock)
        {
            return new StoreCounts(_traces.Count, _spans, _bytes, _limits.MaxTraces, _limits.MaxBytes);
        }
    }

    private int AddToTrace(TraceId id, Span[] spans)
    {
        // Outside the lock: both read every attribute.
        var sizes = Array.ConvertAll(spans, span => span.MeasureBytes());
        var tags = TagSignature.Of(spans);
        int stored = 0, rejected = 0;
        bool evictionBegan;

        lock (_lock)
        {
            var isNew = !_traces.TryGetValue(id, out var trace);
            trace ??= new StoredTrace(id);
            var before = isNew ? 0 : trace.Bytes;

            for (var index = 0; index < spans.Length; index++)
            {
                if (trace.Has(spans[index].SpanId))
                {
                    continue;
                }

                if (trace.Count >= _limits.MaxSpansPerTrace || trace.Bytes + sizes[index] > _maxTraceBytes)
                {
                    rejected++;
                    continue;
                }

                trace.Add(spans[index], sizes[index]);
                _index.Add(trace, spans[index]);
                stored++;
            }

            if (stored > 0)
            {
                trace.Publish(tags);
                _bytes += trace.Bytes - before;
                _spans += stored;

                if (isNew)
                {
                    _traces.Add(id, trace);
                    _byAge.Enqueue(trace);
                }
            }

            evictionBegan = EvictOverflow();
        }

        metrics.Stored(stored);
        metrics.Duplicates(spans.Length - stored - rejected);

        if (evictionBegan)
        {
            Log.EvictionBegan(logger);
        }

        return rejected;
    }

    /// <returns>Whether this is the first time.</returns>
    private bool EvictOverflow()
    {
        var evicted = 0;

        while ((_traces.Count > _limits.MaxTraces || _bytes > _limits.MaxBytes) && _byAge.TryDequeue(out var oldest))
        {
            if (_archived.Contains(oldest.Id))
            {
                continue;
            }

            _traces.Remove(oldest.Id);
            _index.Remove(oldest);
            _bytes -= oldest.Bytes;
            _spans -= oldest.Count;
            metrics.Evicted(oldest.Count);
            evicted++;
        }

        var first = evicted > 0 && !_evicting;
        _evicting |= first;
        return first;
    }
}

/// <summary>How full the store is. Bytes are estimates on the high side.</summary>
internal readonly record struct StoreCounts(int Traces, long Spans, long Bytes, int MaxTraces, long MaxBytes);
