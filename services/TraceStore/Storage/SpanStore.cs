using System.Runtime.CompilerServices;
using InferenceTracing.TraceStore.Model;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// The traces: one thread writes them (<see cref="SpanWriter"/>), a few readers at once look for them (<see cref="SpanReaders"/>). What is
/// acknowledged can be found at once.
/// </summary>
internal sealed class SpanStore(
    SpanWriter writer, SpanReaders readers, Words words, StoreMetrics metrics, TimeProvider time, IOptions<StoreOptions> options)
{
    /// <summary>Timings of one query; if there are more it gives one more.</summary>
    public const int MostTimings = 500_000;

    private readonly StoreOptions _limits = options.Value;

    /// <summary>Stores spans; one that is already there, the same in all it says, is not stored again, so that a sender may repeat itself.</summary>
    /// <returns>How many were rejected, because their trace is full.</returns>
    /// <exception cref="StoreUnavailableException">None is stored; they may be sent again.</exception>
    public async Task<int> AddAsync(IReadOnlyList<Span> spans)
    {
        if (spans.Count == 0)
        {
            return 0;
        }

        using var rows = new SpanRows(spans, words);
        var result = await writer.WriteAsync(session => session.Write(rows), rows.Bytes);
        metrics.Stored(result.Stored);
        metrics.Duplicates(result.Duplicates);
        metrics.Rejected(result.Rejected, "trace_full");
        return result.Rejected;
    }

    /// <summary>Stores log records; one of a trace that is already there is not stored again.</summary>
    /// <returns>How many were rejected, because their trace is full.</returns>
    /// <exception cref="StoreUnavailableException">None is stored; they may be sent again.</exception>
    public async Task<int> AddAsync(IReadOnlyList<LogRecord> logs)
    {
        if (logs.Count == 0)
        {
            return 0;
        }

        using var rows = new LogRows(logs, words);
        return (await writer.WriteAsync(session => session.Write(rows), rows.Bytes)).Rejected;
    }

    /// <summary>The log records of a trace, the earliest first.</summary>
    public Task<List<LogRecord>> LogsAsync(TraceId id, CancellationToken cancellationToken) =>
        readers.ReadAsync(reader => reader.Logs(id), cancellationToken);

    /// <summary>The trace with that id, if need be from the archive.</summary>
    public Task<Trace?> FindAsync(TraceId id, CancellationToken cancellationToken) => readers.ReadAsync(
        reader => (reader.Number(id) is { } number ? reader.Trace(number) : null) ?? TraceArchive.Find(reader, id), cancellationToken);

    /// <summary>The ids that begin with these hex digits, <paramref name="most"/> of them.</summary>
    public Task<List<TraceId>> IdsAsync(string digits, int most, CancellationToken cancellationToken) =>
        readers.ReadAsync(reader => TraceIdPrefix.Find(reader, digits, most), cancellationToken);

    /// <summary>Traces with a span that matches, the newest first; each is read when it is asked for, so that a long answer is never held whole.</summary>
    public async IAsyncEnumerable<Trace> SearchAsync(TraceSearch search, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var numbers = await readers.ReadAsync(reader => new TraceFinder(reader, search, _limits.MaxSearchResults).Find(), cancellationToken);

        foreach (var number in numbers)
        {
            // One that has left meanwhile is passed over.
            if (await readers.ReadAsync(reader => reader.Trace(number), cancellationToken) is { } trace)
            {
                yield return trace;
            }
        }
    }

    public Task<List<string>> ServicesAsync(CancellationToken cancellationToken) =>
        readers.ReadAsync(reader => reader.ServiceNames(), cancellationToken);

    /// <summary>The operations of a service by name and kind.</summary>
    public Task<List<Operation>> OperationsAsync(string service, CancellationToken cancellationToken) =>
        readers.ReadAsync(reader => reader.Operations(service), cancellationToken);

    /// <summary>Who called whom, over all traces that began in that time (nanoseconds since the Unix epoch).</summary>
    public Task<List<ServiceCall>> CallsAsync(ulong fromNanos, ulong toNanos, CancellationToken cancellationToken) =>
        readers.ReadAsync(reader => ServiceCalls.Count(reader, fromNanos, toNanos), cancellationToken);

    /// <summary>What a service's spans of that time took (nanoseconds since the Unix epoch), the earliest first, <see cref="MostTimings"/> of them.</summary>
    public Task<List<SpanTiming>> TimingsAsync(string service, ulong fromNanos, ulong toNanos, CancellationToken cancellationToken) =>
        readers.ReadAsync(reader => reader.Timings(service, fromNanos, toNanos, MostTimings + 1), cancellationToken);

    /// <summary>Who answered at the edges that have a model of their own, and why, in steps of that time (nanoseconds since the Unix epoch).</summary>
    public Task<List<DecidedAnswers>> DecidedAsync(ulong fromNanos, ulong toNanos, ulong stepNanos, CancellationToken cancellationToken) =>
        readers.ReadAsync(reader => reader.Decided(fromNanos, toNanos, stepNanos), cancellationToken);

    /// <summary>What the cluster judged in that time (nanoseconds since the Unix epoch) of such edges' answers, the earliest first.</summary>
    public Task<List<JudgedAnswer>> JudgedAsync(ulong fromNanos, ulong toNanos, CancellationToken cancellationToken) =>
        readers.ReadAsync(reader => reader.Judged(fromNanos, toNanos), cancellationToken);

    /// <summary>Keeps a trace beyond its age and the file's bytes.</summary>
    /// <returns>False if it is not there.</returns>
    /// <exception cref="StoreUnavailableException">It cannot be kept.</exception>
    public async Task<bool> ArchiveAsync(TraceId id, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is not { } trace)
        {
            return false;
        }

        var kept = TraceArchive.Write(trace);
        await writer.WriteAsync(session => session.Archive(id, time.GetUtcNow().ToUnixTimeSeconds(), kept), kept.Length);
        return true;
    }

    /// <summary>How full the store is.</summary>
    public StoreCounts Count() => writer.Counts;

    /// <summary>Why nothing can be written at the moment; null while all is well.</summary>
    public string? Fault => writer.Fault;
}

/// <summary>How full the store is: bytes of the file that are in use, and those it may use.</summary>
internal sealed record StoreCounts(long Traces, long Spans, long Bytes, long MaxBytes);
