using InferenceTracing.TraceStore.Model;
using Microsoft.Data.Sqlite;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>The writer's statements and what it knows of the file, over one transaction after the other. For the writer's thread alone.</summary>
internal sealed class WriteSession : IDisposable
{
    private readonly Words _words;
    private readonly StoreOptions _limits;
    private readonly SqliteConnection _connection;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _insertWord;
    private readonly Statement _insertSpan;
    private readonly Statement _findSpan;
    private readonly LogStatements _logs;
    private readonly Interned<string> _services;
    private readonly Interned<(long Service, string Name, SpanKind Kind)> _operations;
    private readonly Interned<(long Service, string Attributes)> _resources;
    private readonly Interned<(string Name, string Version, string Attributes)> _scopes;
    private int _newWords;
    private long _now;

    public WriteSession(SqliteConnection connection, Words words, StoreOptions limits)
    {
        _connection = connection;
        _words = words;
        _limits = limits;
        _begin = new Statement(connection, "BEGIN IMMEDIATE");
        _commit = new Statement(connection, "COMMIT");
        _insertWord = new Statement(connection, "INSERT INTO word (id, text) VALUES (?, ?)");
        _insertSpan = new Statement(
            connection,
            """
            INSERT INTO span (id, span_id, parent_id, service, operation, resource, scope, start, duration, status, flags,
                              message, state, attributes, events, links, dropped)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """);
        _findSpan = new Statement(
            connection,
            """
            SELECT parent_id, operation, resource, scope, start, duration, status, flags, message, state, attributes, events, links, dropped
            FROM span WHERE id >= ? AND id < ? AND span_id = ? LIMIT 16
            """);
        _services = new(connection, "service", ["name"], (statement, name) => statement.With(name), name => name.Length);
        _operations = new(
            connection, "operation", ["service", "name", "kind"], (statement, key) => statement.With(key.Service).With(key.Name).With((long)key.Kind), key => key.Name.Length);
        _resources = new(connection, "resource", ["service", "attributes"], (statement, key) => statement.With(key.Service).With(key.Attributes), key => key.Attributes.Length);
        _scopes = new(
            connection, "scope", ["name", "version", "attributes"], (statement, key) => statement.With(key.Name).With(key.Version).With(key.Attributes),
            key => key.Name.Length + key.Version.Length + key.Attributes.Length);
        _logs = new LogStatements(connection);
        Traces = new OpenTraces(connection);
    }

    public OpenTraces Traces { get; }

    /// <summary>Spans written in this transaction.</summary>
    public int Inserted { get; private set; }

    /// <summary>Bytes of all that was written in it, about.</summary>
    public long InsertedBytes { get; private set; }

    /// <param name="now">Seconds since the Unix epoch.</param>
    public void Begin(long now)
    {
        _now = now;
        (Inserted, InsertedBytes) = (0, 0);
        Traces.Created = 0;
        _begin.Run();
        _newWords = _words.WritePending(_insertWord);
    }

    public void Commit()
    {
        Traces.WriteChanged();
        _commit.Run();
        _words.Committed(_newWords);
    }

    /// <summary>Undoes the transaction, if one is open: a full disk may have undone it already.</summary>
    public void Rollback()
    {
        try
        {
            using var rollback = new Statement(_connection, "ROLLBACK");
            rollback.Run();
        }
        catch (SqliteException)
        {
            // There was none.
        }

        _services.Forget();
        _operations.Forget();
        _resources.Forget();
        _scopes.Forget();
        Traces.Forget();
    }

    /// <summary>Writes the spans that are not there yet and find room in their trace.</summary>
    public WriteResult Write(SpanRows rows)
    {
        int stored = 0, duplicates = 0, rejected = 0;

        foreach (var trace in rows.Traces)
        {
            var open = Traces.Open(trace.Id, _now);
            open.Tags.Join(trace.Tags);

            foreach (ref readonly var row in trace.Rows)
            {
                var keys = Keys(row.Origin, row.Span, open.Number);

                if (open.Places.TryGetValue(row.Span.SpanId, out var place) && IsStored(open, place, rows, row, keys))
                {
                    duplicates++;
                }
                else if (open.Spans >= _limits.MaxSpansPerTrace || open.Bytes + row.Bytes > _limits.MaxTraceBytes)
                {
                    rejected++;
                }
                else
                {
                    Insert(open, rows, row, keys);
                    stored++;
                    Inserted++;
                    InsertedBytes += row.Bytes;
                }
            }
        }

        return new WriteResult(stored, duplicates, rejected);
    }

    /// <summary>Writes log records beside the spans of their traces; those of no trace get a number for all of them.</summary>
    public WriteResult Write(LogRows rows)
    {
        int stored = 0, duplicates = 0, rejected = 0;
        OpenTrace? loose = null;

        foreach (ref readonly var row in rows.Rows)
        {
            var open = row.Log.TraceId.IsValid ? Traces.Open(row.Log.TraceId, _now) : loose ??= Traces.OpenNameless(_now);
            var (_, resource, scope) = Keys(row.Origin, open.Number);

            if (row.Log.TraceId.IsValid && _logs.IsStored(open.Number, rows, row, resource, scope))
            {
                duplicates++;
            }
            else if (open.Bytes + row.Bytes > _limits.MaxTraceBytes)
            {
                rejected++;
            }
            else
            {
                _logs.Insert(open.Number, rows, row, resource, scope);
                open.Bytes += row.Bytes;
                InsertedBytes += row.Bytes;
                stored++;
            }
        }

        return new WriteResult(stored, duplicates, rejected);
    }

    /// <summary>Keeps a trace in the archive, in place of an older copy.</summary>
    /// <param name="id">The trace's id.</param>
    /// <param name="now">Seconds since the Unix epoch.</param>
    /// <param name="spans">The whole trace.</param>
    public WriteResult Archive(TraceId id, long now, byte[] spans)
    {
        Span<byte> bytes = stackalloc byte[TraceId.Size];
        id.WriteBytes(bytes);
        using var insert = new Statement(_connection, "INSERT OR REPLACE INTO archive (trace_id, stored, spans) VALUES (?, ?, ?)");
        insert.WithBlob(bytes).With(now).WithBlob(spans).Run();
        return default;
    }

    /// <summary>Deletes what only traces that are gone used.</summary>
    public void DeleteUnused()
    {
        _services.DeleteBefore(Traces.Oldest);
        _operations.DeleteBefore(Traces.Oldest);
        _resources.DeleteBefore(Traces.Oldest);
        _scopes.DeleteBefore(Traces.Oldest);
    }

    public void Dispose()
    {
        _begin.Dispose();
        _commit.Dispose();
        _insertWord.Dispose();
        _insertSpan.Dispose();
        _findSpan.Dispose();
        _logs.Dispose();
        _services.Dispose();
        _operations.Dispose();
        _resources.Dispose();
        _scopes.Dispose();
        Traces.Dispose();
    }

    private SpanKeys Keys(RowOrigin origin, Span span, long trace)
    {
        var (service, resource, scope) = Keys(origin, trace);
        return new SpanKeys(service, _operations.Id((service, span.Name, span.Kind), trace, Traces.Oldest), resource, scope);
    }

    private (long Service, long Resource, long Scope) Keys(RowOrigin origin, long trace)
    {
        var service = _services.Id(origin.ServiceName, trace, Traces.Oldest);
        return (
            service,
            _resources.Id((service, origin.Resource), trace, Traces.Oldest),
            _scopes.Id((origin.ScopeName, origin.ScopeVersion, origin.Scope), trace, Traces.Oldest));
    }

    private void Insert(OpenTrace trace, SpanRows rows, in SpanRow row, in SpanKeys keys)
    {
        var span = row.Span;
        _insertSpan
            .With((trace.Number * OpenTraces.Places) + trace.Spans)
            .With((long)span.SpanId.Value)
            .With((long)span.ParentId.Value)
            .With(keys.Service)
            .With(keys.Operation)
            .With(keys.Resource)
            .With(keys.Scope)
            .With((long)span.StartNanos)
            .With((long)(span.EndNanos - span.StartNanos))
            .With((long)span.Status)
            .With(span.Flags)
            .WithText(rows.Text(row.Message))
            .WithText(rows.Text(row.State))
            .WithText(rows.Text(row.Attributes))
            .WithText(rows.Text(row.Events))
            .WithText(rows.Text(row.Links))
            .WithText(rows.Text(row.Dropped))
            .Run();
        Traces.Added(trace, span, row.Bytes);
    }

    /// <summary>
    /// Whether the very span is there already. Spans that share an id and differ are kept, each: in Zipkin's way client and server share one. Who sends
    /// thousands that share one pays with spans that may be there twice, and nobody waits for the comparison.
    /// </summary>
    private bool IsStored(OpenTrace trace, int place, SpanRows rows, in SpanRow row, in SpanKeys keys)
    {
        var span = row.Span;
        _findSpan.With((trace.Number * OpenTraces.Places) + place).With((trace.Number + 1) * OpenTraces.Places).With((long)span.SpanId.Value);

        while (_findSpan.Step())
        {
            if (_findSpan.Number(0) == (long)span.ParentId.Value
                && _findSpan.Number(1) == keys.Operation
                && _findSpan.Number(2) == keys.Resource
                && _findSpan.Number(3) == keys.Scope
                && _findSpan.Number(4) == (long)span.StartNanos
                && _findSpan.Number(5) == (long)(span.EndNanos - span.StartNanos)
                && _findSpan.Number(6) == (long)span.Status
                && _findSpan.Number(7) == span.Flags
                && _findSpan.Bytes(8).SequenceEqual(rows.Text(row.Message))
                && _findSpan.Bytes(9).SequenceEqual(rows.Text(row.State))
                && _findSpan.Bytes(10).SequenceEqual(rows.Text(row.Attributes))
                && _findSpan.Bytes(11).SequenceEqual(rows.Text(row.Events))
                && _findSpan.Bytes(12).SequenceEqual(rows.Text(row.Links))
                && _findSpan.Bytes(13).SequenceEqual(rows.Text(row.Dropped)))
            {
                _findSpan.Reset();
                return true;
            }
        }

        return false;
    }

    private readonly record struct SpanKeys(long Service, long Operation, long Resource, long Scope);
}
