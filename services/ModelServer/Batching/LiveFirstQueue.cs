using System.Collections;
using System.Collections.Concurrent;

namespace InferenceTracing.ModelServer.Batching;

/// <summary>Requests that wait, in the order of their coming, and those in the background behind all that somebody waits for. Any number of threads may use it.</summary>
internal sealed class LiveFirstQueue : IProducerConsumerCollection<PendingRequest>
{
    private readonly ConcurrentQueue<PendingRequest> _live = new(), _background = new();

    public int Count => _live.Count + _background.Count;

    /// <summary>Those that nobody waits for.</summary>
    public int InBackground => _background.Count;

    public bool IsSynchronized => false;

    public object SyncRoot => throw new NotSupportedException("It needs no lock.");

    public bool TryAdd(PendingRequest item)
    {
        (item.IsBackground ? _background : _live).Enqueue(item);
        return true;
    }

    public bool TryTake([System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out PendingRequest item) => _live.TryDequeue(out item) || _background.TryDequeue(out item);

    public PendingRequest[] ToArray() => [.. _live, .. _background];

    public void CopyTo(PendingRequest[] array, int index) => ToArray().CopyTo(array, index);

    public void CopyTo(Array array, int index) => ToArray().CopyTo(array, index);

    public IEnumerator<PendingRequest> GetEnumerator() => _live.Concat(_background).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
