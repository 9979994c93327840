using System.Diagnostics.Metrics;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>What happened to the spans since the start: as metrics, and as numbers for the viewer.</summary>
internal sealed class StoreMetrics
{
    private readonly Counter<long> _received;
    private readonly Counter<long> _stored;
    private readonly Counter<long> _rejected;
    private readonly Counter<long> _duplicates;
    private readonly Counter<long> _evictedSpans;
    private readonly Counter<long> _evictedTraces;
    private long _receivedTotal;
    private long _storedTotal;
    private long _rejectedTotal;
    private long _duplicateTotal;
    private long _evictedSpanTotal;
    private long _evictedTraceTotal;

    public StoreMetrics(IMeterFactory factory)
    {
        var meter = factory.Create(Telemetry.Name);
        _received = meter.CreateCounter<long>("tracestore.spans.received", "{span}", "Spans in well-formed export requests.");
        _stored = meter.CreateCounter<long>("tracestore.spans.stored", "{span}", "Spans stored.");
        _rejected = meter.CreateCounter<long>("tracestore.spans.rejected", "{span}", "Spans refused, by reason.");
        _duplicates = meter.CreateCounter<long>("tracestore.spans.duplicate", "{span}", "Spans that were already stored.");
        _evictedSpans = meter.CreateCounter<long>("tracestore.spans.evicted", "{span}", "Spans of traces that made room for newer ones.");
        _evictedTraces = meter.CreateCounter<long>("tracestore.traces.evicted", "{trace}", "Traces that made room for newer ones.");
    }

    public long ReceivedTotal => Interlocked.Read(ref _receivedTotal);

    public long StoredTotal => Interlocked.Read(ref _storedTotal);

    public long RejectedTotal => Interlocked.Read(ref _rejectedTotal);

    public long DuplicateTotal => Interlocked.Read(ref _duplicateTotal);

    public long EvictedSpanTotal => Interlocked.Read(ref _evictedSpanTotal);

    public long EvictedTraceTotal => Interlocked.Read(ref _evictedTraceTotal);

    public void Received(int spans) => Add(_received, ref _receivedTotal, spans);

    public void Stored(int spans) => Add(_stored, ref _storedTotal, spans);

    public void Duplicates(int spans) => Add(_duplicates, ref _duplicateTotal, spans);

    public void Rejected(int spans, string reason)
    {
        if (spans > 0)
        {
            _rejected.Add(spans, new KeyValuePair<string, object?>("reason", reason));
            Interlocked.Add(ref _rejectedTotal, spans);
        }
    }

    /// <summary>So many traces left the store, with so many spans.</summary>
    public void Evicted(int traces, int spans)
    {
        Add(_evictedSpans, ref _evictedSpanTotal, spans);
        Add(_evictedTraces, ref _evictedTraceTotal, traces);
    }

    private static void Add(Counter<long> counter, ref long total, int count)
    {
        if (count > 0)
        {
            counter.Add(count);
            Interlocked.Add(ref total, count);
        }
    }
}
