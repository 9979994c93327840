using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// The one thread that writes. Whatever waits when it is free goes into one transaction, so that the disk is asked once for many answers. Where that fails nothing of
/// it is kept, and the next one tries again: a disk with room again needs no hand.
/// </summary>
internal sealed class OutboxWriter : IDisposable
{
    // Of pixels some 16 MB, in buffers of a power of two.
    private const int MostWaiting = 64;

    // Of pixels some 4 MB.
    private const int WritesPerCheckpoint = 28;

    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly OutboxSession _session;
    private readonly OutboxMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly ILogger<OutboxWriter> _logger;
    private readonly BlockingCollection<Pending> _waiting = new(MostWaiting);
    private readonly Thread _thread;
    private OutboxCounts _counts;
    private int _turnedAway;
    private int _writes;
    private bool _faulty;

    public OutboxWriter(OutboxFile file, IOptions<EdgeOptions> options, OutboxMetrics metrics, TimeProvider time, ILogger<OutboxWriter> logger)
    {
        _session = new OutboxSession(file.Writer, options.Value);
        (_metrics, _time, _logger, _counts) = (metrics, time, logger, _session.Counts);
        _thread = new Thread(Work) { IsBackground = true, Name = "outbox writer" };
        _thread.Start();
    }

    /// <summary>As of the last transaction.</summary>
    public OutboxCounts Counts => Volatile.Read(ref _counts);

    /// <summary>Does something to the file in a transaction that others may share.</summary>
    /// <param name="write">True where it changed something.</param>
    /// <param name="isAnswer">Whether an answer goes unjudged when it fails, which is counted.</param>
    /// <param name="over">Disposed when it is over, whatever came of it.</param>
    /// <returns>What came of it once it is committed; it never fails.</returns>
    public Task<WriteOutcome> WriteAsync(Func<OutboxSession, bool> write, bool isAnswer = false, IDisposable? over = null)
    {
        var pending = new Pending(write, isAnswer, over);

        try
        {
            if (_waiting.TryAdd(pending))
            {
                return pending.Done.Task;
            }
        }
        catch (InvalidOperationException)
        {
            // It is stopping.
        }

        over?.Dispose();
        Interlocked.Add(ref _turnedAway, isAnswer ? 1 : 0);
        return Task.FromResult(WriteOutcome.Failed);
    }

    /// <summary>Writes what waits, then ends.</summary>
    public void Dispose()
    {
        _waiting.CompleteAdding();
        _thread.Join();
        _waiting.Dispose();
    }

    private void Work()
    {
        var group = new List<Pending>();

        while (!_waiting.IsCompleted)
        {
            group.Clear();

            if (_waiting.TryTake(out var first, Rest))
            {
                group.Add(first);

                while (group.Count < MostWaiting && _waiting.TryTake(out var next))
                {
                    group.Add(next);
                }
            }

            Commit(group);
            Checkpoint(group.Count);
        }
    }

    private void Commit(List<Pending> group)
    {
        var outcomes = new WriteOutcome[group.Count];

        try
        {
            var now = _time.GetUtcNow();

            if (group.Count == 0 && !_session.IsDue(now))
            {
                _session.Shrink();
                return;
            }

            _session.Lost(Interlocked.Exchange(ref _turnedAway, 0));
            _session.Begin();

            for (var index = 0; index < group.Count; index++)
            {
                outcomes[index] = group[index].Write(_session) ? WriteOutcome.Done : WriteOutcome.Unchanged;
            }

            _session.MakeRoom(now);
            _session.Commit();
            Whole();
        }
        catch (Exception failed)
        {
            // Whatever it is: the answers go on without the outbox.
            Array.Fill(outcomes, WriteOutcome.Failed);
            _session.Rollback();
            _session.Lost(group.Count(pending => pending.IsAnswer));
            Refuse(failed);
        }
        finally
        {
            _metrics.Dropped(_counts, _session.Counts);
            Volatile.Write(ref _counts, _session.Counts);

            for (var index = 0; index < group.Count; index++)
            {
                group[index].Over?.Dispose();
                group[index].Done.SetResult(outcomes[index]);
            }
        }
    }

    /// <summary>The one time that the disk is waited for, and so not while an answer waits for its commit.</summary>
    private void Checkpoint(int writes)
    {
        _writes += writes;

        if (_writes < WritesPerCheckpoint && (writes > 0 || _writes == 0))
        {
            return;
        }

        try
        {
            _session.Checkpoint();
            _writes = 0;
        }
        catch (SqliteException)
        {
            // What is in the log is safe there.
        }
    }

    private void Refuse(Exception failed)
    {
        if (!_faulty)
        {
            _faulty = true;
            Log.OutboxRefuses(_logger, failed.Message.ReplaceLineEndings(" "));
        }
    }

    private void Whole()
    {
        if (_faulty)
        {
            _faulty = false;
            Log.OutboxWhole(_logger);
        }
    }

    private sealed record Pending(Func<OutboxSession, bool> Write, bool IsAnswer, IDisposable? Over)
    {
        // Continuations run elsewhere: the writer's thread has other work.
        public TaskCompletionSource<WriteOutcome> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>What came of a change of the file.</summary>
internal enum WriteOutcome
{
    /// <summary>It is committed.</summary>
    Done,

    /// <summary>There was nothing to change.</summary>
    Unchanged,

    /// <summary>The disk did not take it, or too much waits for the disk.</summary>
    Failed,
}
