using System.Collections.Concurrent;
using InferenceTracing.TraceStore.Model;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// The one thread that writes. Whatever waits when it is free goes into one transaction, so that the disk is asked once for many exports; each is
/// acknowledged when its transaction is committed. If that fails, nothing of it is stored and the senders are told to come again.
/// </summary>
internal sealed class SpanWriter : IDisposable
{
    private const int MostWaiting = 1_024;
    private const int MostBytesAtOnce = 8 << 20;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly Database _database;
    private readonly Words _words;
    private readonly TimeProvider _time;
    private readonly ILogger<SpanStore> _logger;
    private readonly BlockingCollection<Pending> _waiting = new(MostWaiting);
    private readonly Thread _thread;
    private string? _fault;
    private StoreCounts _counts;

    public SpanWriter(
        Database database, Words words, IOptions<StoreOptions> options, StoreMetrics metrics, TimeProvider time, ILogger<SpanStore> logger)
    {
        _database = database;
        _words = words;
        _time = time;
        _logger = logger;
        using var count = new Statement(database.Writer, "SELECT count(id), coalesce(sum(spans), 0), (page_count - freelist_count) * page_size\n" +
            "FROM trace, pragma_page_count, pragma_freelist_count, pragma_page_size");
        count.Step();
        _counts = new StoreCounts(count.Number(0), count.Number(1), count.Number(2), options.Value.MaxBytes);
        _thread = new Thread(() => Work(options.Value, metrics)) { IsBackground = true, Name = "store writer" };
        _thread.Start();
    }

    /// <summary>How full the store is, as of the last transaction.</summary>
    public StoreCounts Counts => Volatile.Read(ref _counts);

    /// <summary>Why the last transaction failed; null while all is well.</summary>
    public string? Fault => Volatile.Read(ref _fault);

    /// <summary>Stores an export.</summary>
    /// <returns>What became of its rows, once they are as safe as <see cref="StoreOptions.Durability"/> says.</returns>
    /// <exception cref="StoreUnavailableException">It is not stored: too many wait, the disk is full, the store is stopping.</exception>
    public Task<WriteResult> WriteAsync(Func<WriteSession, WriteResult> write, int bytes)
    {
        var pending = new Pending(write, bytes);

        try
        {
            if (_waiting.TryAdd(pending))
            {
                return pending.Done.Task;
            }
        }
        catch (InvalidOperationException)
        {
            throw new StoreUnavailableException("The store is stopping.");
        }

        throw new StoreUnavailableException("Too many exports wait to be stored; try again.");
    }

    /// <summary>Writes what waits, then ends.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        _thread.Join();
        _waiting.Dispose();
    }

    private void Work(StoreOptions limits, StoreMetrics metrics)
    {
        using var session = new WriteSession(_database.Writer, _words, limits);
        using var retention = new Retention(_database.Writer, session, limits, metrics, _logger);
        var group = new List<Pending>();

        while (!_waiting.IsCompleted)
        {
            group.Clear();

            if (_waiting.TryTake(out var first, Rest))
            {
                group.Add(first);

                for (var bytes = first.Bytes; bytes < MostBytesAtOnce && _waiting.TryTake(out var next); bytes += next.Bytes)
                {
                    group.Add(next);
                }
            }

            Commit(session, retention, group);
        }
    }

    private void Commit(WriteSession session, Retention retention, List<Pending> group)
    {
        var now = _time.GetUtcNow().ToUnixTimeSeconds();

        try
        {
            if (group.Count == 0 && !retention.IsDue(now))
            {
                return;
            }

            var results = new WriteResult[group.Count];
            session.Begin(now);

            for (var index = 0; index < group.Count; index++)
            {
                results[index] = group[index].Write(session);
            }

            retention.Evict(now);
            session.Commit();
            retention.Committed();
            Volatile.Write(ref _fault, null);
            Volatile.Write(ref _counts, _counts with
            {
                Traces = _counts.Traces + session.Traces.Created - retention.EvictedTraces,
                Spans = _counts.Spans + session.Inserted - retention.EvictedSpans,
                Bytes = retention.UsedBytes,
            });

            for (var index = 0; index < group.Count; index++)
            {
                group[index].Done.SetResult(results[index]);
            }
        }
        catch (SqliteException failed)
        {
            session.Rollback();

            if (Fault is null)
            {
                Log.WriteFailed(_logger, failed.Message);
            }

            Volatile.Write(ref _fault, failed.Message);
            group.ForEach(pending => pending.Done.TrySetException(new StoreUnavailableException($"The store cannot write: {failed.Message}")));
        }
        catch (Exception defect)
        {
            session.Rollback();
            group.ForEach(pending => pending.Done.TrySetException(defect));
        }
    }

    private sealed record Pending(Func<WriteSession, WriteResult> Write, int Bytes)
    {
        // Continuations run elsewhere: the writer's thread has other work.
        public TaskCompletionSource<WriteResult> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>What became of the rows of one export.</summary>
internal readonly record struct WriteResult(int Stored, int Duplicates, int Rejected);

/// <summary>Something is not stored and may be sent again; the message is the one line its sender gets.</summary>
internal sealed class StoreUnavailableException(string message) : Exception(message);
