using Microsoft.Data.Sqlite;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>The writer's statements for log records.</summary>
internal sealed class LogStatements(SqliteConnection connection) : IDisposable
{
    private readonly Statement _insert = new(
        connection,
        """
        INSERT INTO log (trace, span_id, resource, scope, time, observed, severity, level, event, flags, body, attributes, dropped)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """);

    // As with spans: who sends thousands that share a moment pays with records that may be there twice, and nobody waits for the comparison.
    private readonly Statement _find = new(
        connection, "SELECT span_id, resource, scope, severity, level, event, body, attributes FROM log WHERE trace = ? AND time = ? LIMIT 64");

    public void Insert(long trace, LogRows rows, in LogRow row, long resource, long scope)
    {
        var log = row.Log;
        _insert
            .With(trace)
            .With((long)log.SpanId.Value)
            .With(resource)
            .With(scope)
            .With((long)log.TimeNanos)
            .With((long)log.ObservedNanos)
            .With(log.Severity)
            .With(log.Level)
            .With(log.EventName)
            .With(log.Flags)
            .WithText(rows.Text(row.Body))
            .WithText(rows.Text(row.Attributes))
            .With(log.DroppedAttributes)
            .Run();
    }

    /// <summary>Whether the trace has a record of that very moment that says the same.</summary>
    public bool IsStored(long trace, LogRows rows, in LogRow row, long resource, long scope)
    {
        _find.With(trace).With((long)row.Log.TimeNanos);

        while (_find.Step())
        {
            if (_find.Number(0) == (long)row.Log.SpanId.Value
                && _find.Number(1) == resource
                && _find.Number(2) == scope
                && _find.Number(3) == row.Log.Severity
                && _find.Text(4) == row.Log.Level
                && _find.Text(5) == row.Log.EventName
                && _find.Bytes(6).SequenceEqual(rows.Text(row.Body))
                && _find.Bytes(7).SequenceEqual(rows.Text(row.Attributes)))
            {
                _find.Reset();
                return true;
            }
        }

        return false;
    }

    public void Dispose()
    {
        _insert.Dispose();
        _find.Dispose();
    }
}
