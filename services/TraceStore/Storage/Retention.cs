using Microsoft.Data.Sqlite;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// Keeps the file within its bytes and the traces within their age: whole traces leave, the first that came first, in steps small enough that the
/// exports beside them do not wait. The pages they leave are used again, and given back where they are many. The writer's alone.
/// </summary>
internal sealed class Retention : IDisposable
{
    private const int Steps = 128;
    private const int TracesAtOnce = 8_192;
    private const int PagesAtOnce = 256;

    // A trace's own row and its place in the index, about.
    private const int TraceBytes = 256;

    // Rows that only gone traces used are looked for this often, counted in traces.
    private const int Sweep = 4_096;

    private readonly WriteSession _session;
    private readonly StoreOptions _limits;
    private readonly StoreMetrics _metrics;
    private readonly ILogger _logger;
    private readonly long _pageBytes;
    private readonly Statement _pages;
    private readonly Statement _freePages;
    private readonly Statement _oldest;
    private readonly Statement _deleteSpans;
    private readonly Statement _deleteTraces;
    private readonly Statement _deleteLogs;
    private readonly Statement _giveBack;
    private long _swept;
    private bool _behind;
    private bool _said;

    public Retention(SqliteConnection connection, WriteSession session, StoreOptions limits, StoreMetrics metrics, ILogger logger)
    {
        _session = session;
        _limits = limits;
        _metrics = metrics;
        _logger = logger;
        using var pageBytes = new Statement(connection, "PRAGMA page_size");
        _pageBytes = pageBytes.Scalar()!.Value;
        _pages = new Statement(connection, "PRAGMA page_count");
        _freePages = new Statement(connection, "PRAGMA freelist_count");
        _oldest = new Statement(connection, $"SELECT number, arrived, spans, bytes, id IS NOT NULL FROM trace ORDER BY number LIMIT {TracesAtOnce}");
        _deleteSpans = new Statement(connection, "DELETE FROM span WHERE id < ?");
        _deleteTraces = new Statement(connection, "DELETE FROM trace WHERE number < ?");
        _deleteLogs = new Statement(connection, "DELETE FROM log WHERE trace < ?");
        _giveBack = new Statement(connection, $"PRAGMA incremental_vacuum({PagesAtOnce})");
    }

    /// <summary>Traces that left in the last step.</summary>
    public int EvictedTraces { get; private set; }

    /// <summary>Their spans.</summary>
    public int EvictedSpans { get; private set; }

    /// <summary>Bytes of the file in use, before the last step.</summary>
    public long UsedBytes { get; private set; }

    /// <summary>Whether there is anything to do without an export.</summary>
    public bool IsDue(long now) => _behind || OldestArrival() is { } arrived && arrived < now - (long)_limits.MaxAge.TotalSeconds;

    /// <summary>Makes one step, within the transaction, if one is needed.</summary>
    /// <param name="now">Seconds since the Unix epoch.</param>
    public void Evict(long now)
    {
        (EvictedTraces, EvictedSpans) = (0, 0);
        long all = _pages.Scalar()!.Value, free = _freePages.Scalar()!.Value;
        UsedBytes = (all - free) * _pageBytes;
        var full = UsedBytes > _limits.MaxBytes;
        var last = LastOf(now - (long)_limits.MaxAge.TotalSeconds, full);
        _behind = full || free * _pageBytes > _limits.MaxBytes / 4;

        if (last is { } number)
        {
            _session.Traces.WriteChanged();
            _deleteSpans.With((number + 1) * OpenTraces.Places).Run();
            _deleteTraces.With(number + 1).Run();
            _deleteLogs.With(number + 1).Run();
            _session.Traces.Oldest = number + 1;
        }
        else if (free * _pageBytes > _limits.MaxBytes / 4)
        {
            _giveBack.Run();
        }

        // What they used may be what fills the file.
        if (_session.Traces.Oldest - _swept > Sweep || (full && last is not null))
        {
            _session.DeleteUnused();
            _swept = _session.Traces.Oldest;
        }
    }

    /// <summary>The step is on disk: it is counted, and the first one said.</summary>
    public void Committed()
    {
        _metrics.Evicted(EvictedTraces, EvictedSpans);

        if (EvictedTraces > 0 && !_said)
        {
            _said = true;
            Log.EvictionBegan(_logger);
        }
    }

    public void Dispose()
    {
        _pages.Dispose();
        _freePages.Dispose();
        _oldest.Dispose();
        _deleteSpans.Dispose();
        _deleteTraces.Dispose();
        _deleteLogs.Dispose();
        _giveBack.Dispose();
    }

    /// <summary>The last trace of this step: those too old, and where the file is full, as many as make a step.</summary>
    private long? LastOf(long oldestAllowed, bool full)
    {
        long? last = null;

        // More than came in this transaction, or the file would grow on.
        var bytes = Math.Max(_limits.MaxBytes / Steps, 2 * _session.InsertedBytes);

        while (bytes > 0 && _oldest.Step() && (full || _oldest.Number(1) < oldestAllowed))
        {
            last = _oldest.Number(0);
            EvictedTraces += (int)_oldest.Number(4);
            EvictedSpans += (int)_oldest.Number(2);
            bytes -= _oldest.Number(3) + TraceBytes;
        }

        _oldest.Reset();
        return last;
    }

    private long? OldestArrival()
    {
        long? arrived = _oldest.Step() ? _oldest.Number(1) : null;
        _oldest.Reset();
        return arrived;
    }
}
