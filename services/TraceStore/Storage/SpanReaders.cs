using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// The few readers that all queries share. A query reads from the pages in memory or from the disk, on the thread that asks; whoever goes away, or
/// asks for more than the time limit allows, is interrupted.
/// </summary>
internal sealed class SpanReaders(Database database, Words words) : IDisposable
{
    private const int Most = 4;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _free = new(Most);
    private readonly ConcurrentBag<SpanReader> _readers = [];

    /// <summary>Runs a query on one of them.</summary>
    /// <exception cref="OperationCanceledException">The token was cancelled.</exception>
    /// <exception cref="TimeoutException">It took longer than a query may.</exception>
    public async Task<T> ReadAsync<T>(Func<SpanReader, T> query, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken);

        try
        {
            var reader = _readers.TryTake(out var used) ? used : new SpanReader(database.OpenReader(), words);

            try
            {
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                limit.CancelAfter(Limit);
                using var interrupt = limit.Token.UnsafeRegister(interrupted => ((SpanReader)interrupted!).Interrupt(), reader);
                return query(reader);
            }
            catch (SqliteException interrupted) when (interrupted.SqliteErrorCode == raw.SQLITE_INTERRUPT)
            {
                cancellationToken.ThrowIfCancellationRequested();
                throw new TimeoutException($"The query took longer than {Limit.TotalSeconds:0} s; ask for a shorter time or for a service.", interrupted);
            }
            finally
            {
                _readers.Add(reader);
            }
        }
        finally
        {
            _free.Release();
        }
    }

    public void Dispose()
    {
        foreach (var reader in _readers)
        {
            reader.Dispose();
        }

        _free.Dispose();
    }
}
