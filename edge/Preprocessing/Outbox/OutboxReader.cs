using System.Diagnostics;
using System.Text.Json;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Classification;
using InferenceTracing.Preprocessing.Cluster;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>Reads the file beside the writer, which waits for no reader. Each question is a row or a few, found by an index.</summary>
/// <remarks>Every method throws <see cref="SqliteException"/> where the disk does not give what it holds.</remarks>
internal sealed class OutboxReader(OutboxFile file, IOptions<ClusterOptions> cluster)
{
    /// <summary>The oldest answer that waits, of those with a higher number.</summary>
    public PendingAnswer? Next(long after) => Row(
        "SELECT number, trace_id, span_id, sampled, kind, label, class FROM answer WHERE state = 'pending' AND number > $after ORDER BY number LIMIT 1",
        row => new PendingAnswer(
            row.GetInt64(0),
            new ActivityContext(
                ActivityTraceId.CreateFromString(row.GetString(1)), ActivitySpanId.CreateFromString(row.GetString(2)),
                row.GetBoolean(3) ? ActivityTraceFlags.Recorded : ActivityTraceFlags.None, isRemote: true),
            row.GetString(4) == OutboxKind.Audit.Name() ? OutboxKind.Audit : OutboxKind.Provisional,
            row.GetString(5),
            row.GetInt32(6)),
        ("$after", after));

    /// <summary>When the oldest answer that waits was given; null where none does.</summary>
    public DateTimeOffset? Oldest() => Row("SELECT answered FROM answer WHERE state = 'pending' ORDER BY number LIMIT 1", row => (DateTimeOffset?)Time(row, 0));

    /// <summary>The pixels of an answer. False: they are there no more.</summary>
    public bool TryReadPixels(long number, Span<byte> pixels)
    {
        using var connection = file.OpenReader();

        // One view of the file for both looks.
        using var view = connection.BeginTransaction(deferred: true);
        using var look = Command(connection, "SELECT length(rgb) FROM pixels WHERE number = $number", ("$number", number));

        if (look.ExecuteScalar() is not long length || length != pixels.Length)
        {
            return false;
        }

        using var blob = new SqliteBlob(connection, "pixels", "rgb", number, readOnly: true);
        blob.ReadExactly(pixels);
        return true;
    }

    /// <summary>The answer to the request of this trace; null where the outbox has none.</summary>
    public AnswerDocument? Find(string traceId) => Row($"SELECT {Columns} FROM answer WHERE trace_id = $trace", Document, ("$trace", traceId));

    /// <summary>The changed answer that the webhook has been owed longest, of those that are due.</summary>
    public OwedNotice? Owed(DateTimeOffset now) => Row(
        $"SELECT {Columns}, number, notice_tries FROM answer WHERE notice_at <= $now ORDER BY notice_at LIMIT 1",
        row => new OwedNotice(row.GetInt64(ColumnCount), row.GetInt32(ColumnCount + 1), Document(row)),
        ("$now", now.ToUnixTimeMilliseconds()));

    /// <summary>Whether edge and cluster agreed, for the last audited answers, the earliest first.</summary>
    public IReadOnlyList<bool> LastAudits(int most)
    {
        using var connection = file.OpenReader();
        using var command = Command(
            connection,
            "SELECT agreed FROM (SELECT number, judged, agreed FROM answer WHERE kind = 'audit' AND state = 'judged' ORDER BY judged DESC LIMIT $most) ORDER BY judged, number",
            ("$most", most));
        using var rows = command.ExecuteReader();
        var audits = new List<bool>(most);

        while (rows.Read())
        {
            audits.Add(rows.GetBoolean(0));
        }

        return audits;
    }

    private const string Columns = """
        trace_id, kind, state, answered, why, model, label, class, probability, top,
        final_label, final_class, final_probability, final_top, votes, agreed, judged, judged_trace_id
        """;

    private const int ColumnCount = 18;

    private AnswerDocument Document(SqliteDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), Time(row, 3),
        new FirstAnswer("edge", row.GetString(4), row.GetString(5), row.GetString(6), row.GetInt32(7), row.GetFloat(8), List<NamedClass>(row, 9)),
        row.IsDBNull(10) ? null : new FinalAnswer(
            row.GetString(10), row.GetInt32(11), row.GetFloat(12), List<NamedClass>(row, 13), List<Vote>(row, 14), row.GetBoolean(15), Time(row, 16),
            row.IsDBNull(17) ? null : TraceReference.Of(row.GetString(17), cluster.Value)));

    private static DateTimeOffset Time(SqliteDataReader row, int column) => DateTimeOffset.FromUnixTimeMilliseconds(row.GetInt64(column));

    private static List<T> List<T>(SqliteDataReader row, int column) => JsonSerializer.Deserialize<List<T>>(row.GetString(column), JsonSerializerOptions.Web) ?? [];

    private T? Row<T>(string sql, Func<SqliteDataReader, T> read, params ReadOnlySpan<(string Name, object Value)> values)
    {
        using var connection = file.OpenReader();
        using var command = Command(connection, sql, values);
        using var rows = command.ExecuteReader();
        return rows.Read() ? read(rows) : default;
    }

    private static SqliteCommand Command(SqliteConnection connection, string sql, params ReadOnlySpan<(string Name, object Value)> values)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;

        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value);
        }

        return command;
    }
}

/// <summary>A changed answer that the webhook has not taken yet, and how often it was told in vain.</summary>
internal sealed record OwedNotice(long Number, int Tries, AnswerDocument Document);
