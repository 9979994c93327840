using System.Text.Json;
using InferenceTracing.TraceStore.Model;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>A connection that reads, with its statements and the shared rows it has met. One query at a time.</summary>
internal sealed class SpanReader : IDisposable
{
    // Shared rows kept, and bytes of the attributes in them; beyond them it starts afresh.
    private const int MostShared = 16_384;
    private const int MostSharedBytes = 1 << 20;

    private const string SpanColumns =
        "id, span_id, parent_id, operation, resource, scope, start, duration, status, flags, message, state, attributes, events, links, dropped";

    private readonly SqliteConnection _connection;
    private readonly Words _words;
    private readonly Dictionary<string, Statement> _statements = [];
    private readonly Dictionary<long, Operation> _operations = [];
    private readonly Dictionary<(long Resource, long Scope), SpanOrigin> _origins = [];
    private int _originBytes;

    public SpanReader(SqliteConnection connection, Words words)
    {
        _connection = connection;
        _words = words;
    }

    /// <summary>Ends what the reader is doing; it throws <see cref="OperationCanceledException"/>.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_connection.Handle);

    public Statement Prepared(string sql)
    {
        if (!_statements.TryGetValue(sql, out var statement))
        {
            _statements[sql] = statement = new Statement(_connection, sql);
        }

        statement.Reset();
        return statement;
    }

    /// <summary>The trace's number; null if it is not there.</summary>
    public long? Number(TraceId id)
    {
        Span<byte> bytes = stackalloc byte[TraceId.Size];
        id.WriteBytes(bytes);
        return Prepared("SELECT number FROM trace WHERE id = ?").WithBlob(bytes).Scalar();
    }

    public long? Service(string name) => Prepared("SELECT id FROM service WHERE name = ?").With(name).Scalar();

    /// <summary>The trace with that number; null if it is gone or has logs only.</summary>
    public Trace? Trace(long number)
    {
        var found = Prepared("SELECT id FROM trace WHERE number = ?").With(number);

        if (!found.Step())
        {
            return null;
        }

        var id = TraceId.FromBytes(found.Bytes(0));
        found.Reset();
        var spans = new List<Span>();
        var rows = Prepared($"SELECT {SpanColumns} FROM span WHERE id >= ? AND id < ?")
            .With(number * OpenTraces.Places).With((number + 1) * OpenTraces.Places);

        while (rows.Step())
        {
            spans.Add(Read(rows, id));
        }

        return spans.Count == 0 ? null : new Trace(id, [.. spans]);
    }

    /// <summary>The spans of a trace that a service made.</summary>
    public List<Span> Spans(long trace, long service)
    {
        var spans = new List<Span>();
        var rows = Prepared($"SELECT {SpanColumns} FROM span WHERE id >= ? AND id < ? AND +service = ?")
            .With(trace * OpenTraces.Places).With((trace + 1) * OpenTraces.Places).With(service);

        while (rows.Step())
        {
            spans.Add(Read(rows, default));
        }

        return spans;
    }

    /// <summary>The span with that row id.</summary>
    public Span? Span(long id)
    {
        var row = Prepared($"SELECT {SpanColumns} FROM span WHERE id = ?").With(id);
        var span = row.Step() ? Read(row, default) : null;
        row.Reset();
        return span;
    }

    /// <summary>The log records of a trace, the earliest first.</summary>
    public List<LogRecord> Logs(TraceId id)
    {
        var logs = new List<LogRecord>();
        var rows = Prepared(
            "SELECT span_id, resource, scope, time, observed, severity, level, event, flags, body, attributes, dropped FROM log WHERE trace = ? ORDER BY time, id")
            .With(Number(id) ?? -1);

        while (rows.Step())
        {
            logs.Add(new LogRecord
            {
                TraceId = id,
                SpanId = new SpanId((ulong)rows.Number(0)),
                Origin = Origin(rows.Number(1), rows.Number(2)),
                TimeNanos = (ulong)rows.Number(3),
                ObservedNanos = (ulong)rows.Number(4),
                Severity = (int)rows.Number(5),
                Level = rows.Text(6),
                EventName = rows.Text(7),
                Flags = (uint)rows.Number(8),
                Body = ReadValue(rows.Bytes(9)),
                Attributes = ReadAttributes(rows.Bytes(10)),
                DroppedAttributes = (uint)rows.Number(11),
            });
        }

        return logs;
    }

    public Operation Operation(long id)
    {
        if (_operations.TryGetValue(id, out var known))
        {
            return known;
        }

        var row = Prepared("SELECT name, kind FROM operation WHERE id = ?").With(id);
        known = row.Step() ? new Operation(row.Text(0), (SpanKind)row.Number(1)) : default;
        row.Reset();
        Keep(_operations, id, known);
        return known;
    }

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Dispose();
        }

        _connection.Dispose();
    }

    private static void Keep<TKey, TValue>(Dictionary<TKey, TValue> shared, TKey key, TValue value)
        where TKey : notnull
    {
        if (shared.Count >= MostShared)
        {
            shared.Clear();
        }

        shared[key] = value;
    }

    private Span Read(Statement row, TraceId trace)
    {
        var operation = Operation(row.Number(3));
        var start = (ulong)row.Number(6);
        var dropped = SpanText.ReadDropped(row.Bytes(15));
        return new Span
        {
            TraceId = trace,
            SpanId = new SpanId((ulong)row.Number(1)),
            ParentId = new SpanId((ulong)row.Number(2)),
            Name = operation.Name,
            Kind = operation.Kind,
            StartNanos = start,
            EndNanos = start + (ulong)row.Number(7),
            Status = (SpanStatus)row.Number(8),
            Flags = (uint)row.Number(9),
            StatusMessage = row.Text(10),
            TraceState = row.Text(11),
            Attributes = ReadAttributes(row.Bytes(12)),
            Events = row.IsNull(13) ? [] : SpanText.ReadEvents(row.Bytes(13), _words),
            Links = row.IsNull(14) ? [] : SpanText.ReadLinks(row.Bytes(14), _words),
            DroppedAttributes = dropped.Attributes,
            DroppedEvents = dropped.Events,
            DroppedLinks = dropped.Links,
            Origin = Origin(row.Number(4), row.Number(5)),
        };
    }

    private SpanOrigin Origin(long resource, long scope)
    {
        if (_origins.TryGetValue((resource, scope), out var known))
        {
            return known;
        }

        var row = Prepared("SELECT service.name, resource.attributes FROM resource JOIN service ON service.id = resource.service WHERE resource.id = ?").With(resource);
        var made = row.Step() ? new Resource(row.Text(0), ReadAttributes(row.Bytes(1))) : Resource.Unknown;
        var bytes = row.Bytes(1).Length;
        row.Reset();
        row = Prepared("SELECT name, version, attributes FROM scope WHERE id = ?").With(scope);
        known = new SpanOrigin
        {
            Resource = made,
            Scope = row.Step() ? new Scope(row.Text(0), row.Text(1), ReadAttributes(row.Bytes(2))) : Scope.Unknown,
        };
        bytes += row.Bytes(2).Length;
        row.Reset();

        if ((_originBytes += bytes) > MostSharedBytes)
        {
            _origins.Clear();
            _originBytes = bytes;
        }

        Keep(_origins, (resource, scope), known);
        return known;
    }

    private SpanAttribute[] ReadAttributes(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return [];
        }

        var json = new Utf8JsonReader(text);
        json.Read();
        return AttributeText.Read(ref json, _words);
    }

    private static AttributeValue ReadValue(ReadOnlySpan<byte> text)
    {
        if (text.IsEmpty)
        {
            return default;
        }

        var json = new Utf8JsonReader(text);
        json.Read();
        return AttributeText.ReadValue(ref json);
    }
}
