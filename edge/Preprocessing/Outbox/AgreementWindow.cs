namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// How often edge and cluster gave the same class, over the last audited answers. Only audits are counted: they are drawn from all confident answers alike, whereas
/// provisional ones come from an outage, and with it from whatever was photographed then.
/// </summary>
internal sealed class AgreementWindow
{
    /// <summary>Audited answers that are looked at.</summary>
    public const int Length = 200;

    /// <summary>Fewer say nothing.</summary>
    public const int Fewest = 20;

    private readonly Lock _lock = new();
    private readonly Queue<bool> _last = new(Length + 1);
    private int _agreed;

    /// <summary>How many are looked at.</summary>
    public int Audited
    {
        get
        {
            lock (_lock)
            {
                return _last.Count;
            }
        }
    }

    /// <summary>The share that agreed, 0 … 1; null while they are too few.</summary>
    public double? Agreement
    {
        get
        {
            lock (_lock)
            {
                return _last.Count < Fewest ? null : (double)_agreed / _last.Count;
            }
        }
    }

    /// <summary>One more was audited; the oldest of more than <see cref="Length"/> is forgotten.</summary>
    public void Add(bool agreed)
    {
        lock (_lock)
        {
            _last.Enqueue(agreed);
            _agreed += agreed ? 1 : 0;

            if (_last.Count > Length && _last.Dequeue())
            {
                _agreed--;
            }
        }
    }
}
