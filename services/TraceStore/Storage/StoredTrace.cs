using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>A trace that still takes spans. Only its store touches it, under the store's lock; everybody else sees <see cref="Seen"/>.</summary>
internal sealed class StoredTrace
{
    // The objects of an empty trace with their places in the store's dictionary, queue and indexes.
    private const int FixedBytes = 768 + TagSignature.Bytes;
    private const int ManyResources = 64;

    private readonly TraceId _id;
    private readonly HashSet<SpanId> _ids = [];
    private readonly HashSet<Resource> _resources = new(ReferenceEqualityComparer.Instance);
    private readonly TagSignature _tags = new();
    private Span[] _spans = new Span[4];
    private TraceBounds _bounds = TraceBounds.None;
    private volatile Trace _seen;

    public StoredTrace(TraceId id)
    {
        _id = id;
        _seen = new Trace(id, _spans, 0, _bounds, _tags);
    }

    public TraceId Id => _id;

    public int Count { get; private set; }

    /// <summary>Memory taken, about.</summary>
    public long Bytes { get; private set; } = FixedBytes;

    /// <summary>The trace as of the last <see cref="Publish"/>.</summary>
    public Trace Seen => _seen;

    public bool Has(SpanId id) => _ids.Contains(id);

    public void Add(Span span, int bytes)
    {
        if (Count == _spans.Length)
        {
            Array.Resize(ref _spans, 2 * Count);
        }

        _ids.Add(span.SpanId);
        _spans[Count++] = span;
        _bounds = _bounds.With(span);
        Bytes += bytes;

        // A resource is counted once a trace; a trace with very many of them, once a span.
        if (_resources.Count > ManyResources || _resources.Add(span.Resource))
        {
            Bytes += span.Resource.Bytes;
        }
    }

    /// <summary>Shows what was added, whose tags are <paramref name="tags"/>.</summary>
    public void Publish(TagSignature tags)
    {
        _tags.Join(tags);
        _seen = new Trace(_id, _spans, Count, _bounds, _tags);
    }
}
