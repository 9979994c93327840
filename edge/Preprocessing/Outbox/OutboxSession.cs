using System.Diagnostics;
using System.Text.Json;
using InferenceTracing.OpenInference;
using Microsoft.Data.Sqlite;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>What the writer's thread does to the file, a transaction at a time. What it counts holds once the transaction is committed.</summary>
internal sealed class OutboxSession
{
    // A judged answer of two members' votes takes about so many bytes: without pixels, answers may fill as much again as the pixels.
    private const int BytesPerRow = 2_048;
    private const int RowsAtOnce = 100;

    // Room that is kept for what comes next; what is more goes back to the disk, some of it at a time.
    private const int PagesKept = 2_048;
    private const int PagesAtOnce = 512;

    private readonly SqliteConnection _connection;
    private readonly EdgeOptions _limits;
    private SqliteTransaction? _transaction;
    private OutboxCounts _draft;

    public OutboxSession(SqliteConnection connection, EdgeOptions limits)
    {
        (_connection, _limits) = (connection, limits);
        using var command = Command("""
            SELECT (SELECT count(*) FROM answer), (SELECT count(*) FROM answer WHERE state = 'pending'), judged, agreed, dropped_full, dropped_age, dropped_disk FROM tally
            """);
        using var row = command.ExecuteReader();
        row.Read();
        Counts = _draft = new OutboxCounts(
            row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3), row.GetInt64(4), row.GetInt64(5), row.GetInt64(6));
    }

    /// <summary>As of the last transaction that was committed.</summary>
    public OutboxCounts Counts { get; private set; }

    private long MostRows => Math.Max(1, _limits.OutboxBytes / BytesPerRow);

    private long MostPending => Math.Max(1, _limits.OutboxBytes / PixelTensor.BytesPerImage);

    public void Begin()
    {
        _transaction = _connection.BeginTransaction();
        _draft = Counts;
    }

    /// <summary>Keeps an answer and its pixels. False: there is one of that trace, and it stays.</summary>
    public bool Insert(OutboxEntry entry, ReadOnlySpan<byte> pixels)
    {
        var first = entry.Top[0];
        using var insert = Command(
            """
            INSERT INTO answer (trace_id, span_id, sampled, kind, state, answered, why, model, label, class, probability, top)
            VALUES ($trace, $span, $sampled, $kind, 'pending', $answered, $why, $model, $label, $class, $probability, $top)
            ON CONFLICT (trace_id) DO NOTHING RETURNING number
            """,
            ("$trace", entry.Request.TraceId.ToHexString()), ("$span", entry.Request.SpanId.ToHexString()),
            ("$sampled", entry.Request.TraceFlags.HasFlag(ActivityTraceFlags.Recorded)),
            ("$kind", entry.Kind.Name()), ("$answered", entry.Answered.ToUnixTimeMilliseconds()), ("$why", entry.Why), ("$model", entry.Model),
            ("$label", first.Label), ("$class", first.Class), ("$probability", first.Probability),
            ("$top", JsonSerializer.Serialize(entry.Top, JsonSerializerOptions.Web)));

        if (insert.ExecuteScalar() is not long number)
        {
            return false;
        }

        // Written in place, so that no array of the pixels' exact length is needed.
        Execute("INSERT INTO pixels VALUES ($number, zeroblob($bytes))", ("$number", number), ("$bytes", pixels.Length));
        using var blob = new SqliteBlob(_connection, "pixels", "rgb", number);
        blob.Write(pixels);
        _draft = _draft with { Rows = _draft.Rows + 1, Pending = _draft.Pending + 1 };
        return true;
    }

    /// <summary>Writes the cluster's answer and frees the pixels. False: it is pending no more.</summary>
    /// <param name="judgement">What the cluster said.</param>
    /// <param name="noticeAt">When the webhook is to be told, in milliseconds since the Unix epoch; null for never.</param>
    public bool Judge(Judgement judgement, long? noticeAt)
    {
        var updated = Execute(
            """
            UPDATE answer SET state = 'judged', judged = $judged, agreed = $agreed, final_label = $label, final_class = $class, final_probability = $probability,
              final_top = $top, votes = $votes, judged_trace_id = $trace, notice_at = $notice
            WHERE number = $number AND state = 'pending'
            """,
            ("$judged", judgement.Judged.ToUnixTimeMilliseconds()), ("$agreed", judgement.Agreed), ("$label", judgement.Top[0].Label),
            ("$class", judgement.Top[0].Class), ("$probability", judgement.Top[0].Probability),
            ("$top", JsonSerializer.Serialize(judgement.Top, JsonSerializerOptions.Web)),
            ("$votes", JsonSerializer.Serialize(judgement.Votes, JsonSerializerOptions.Web)),
            ("$trace", judgement.TraceId), ("$notice", noticeAt), ("$number", judgement.Number));

        if (updated == 0)
        {
            return false;
        }

        Execute("DELETE FROM pixels WHERE number = $number", ("$number", judgement.Number));
        _draft = _draft with { Pending = _draft.Pending - 1, Judged = _draft.Judged + 1, Agreed = _draft.Agreed + (judgement.Agreed ? 1 : 0) };
        return true;
    }

    /// <summary>The webhook was told of a changed answer: it is done, or due again.</summary>
    public bool Told(long number, long? dueAgain) => Execute(
        "UPDATE answer SET notice_at = $due, notice_tries = notice_tries + 1 WHERE number = $number", ("$due", dueAgain), ("$number", number)) > 0;

    /// <summary>Holds the limits: what is too old leaves, and where there is more than there is room for, the oldest.</summary>
    public void MakeRoom(DateTimeOffset now)
    {
        var aged = Remove(
            "SELECT number FROM answer WHERE answered < $before ORDER BY answered LIMIT $most",
            ("$before", (now - _limits.OutboxAge).ToUnixTimeMilliseconds()), ("$most", RowsAtOnce));
        var crowded = _draft.Rows > MostRows
            ? Remove("SELECT number FROM answer ORDER BY number LIMIT $most", ("$most", Math.Min(_draft.Rows - MostRows, RowsAtOnce)))
            : 0;
        var expired = Expire(_draft.Pending - MostPending);
        _draft = _draft with { DroppedAge = _draft.DroppedAge + aged, DroppedFull = _draft.DroppedFull + crowded + expired };
    }

    /// <summary>So many answers were lost to the disk: counted now, and written with the next transaction that the disk takes.</summary>
    public void Lost(int answers) => Counts = Counts with { DroppedDisk = Counts.DroppedDisk + answers };

    public void Commit()
    {
        Execute(
            "UPDATE tally SET judged = $judged, agreed = $agreed, dropped_full = $full, dropped_age = $age, dropped_disk = $disk",
            ("$judged", _draft.Judged), ("$agreed", _draft.Agreed), ("$full", _draft.DroppedFull), ("$age", _draft.DroppedAge), ("$disk", _draft.DroppedDisk));
        _transaction!.Commit();
        _transaction.Dispose();
        _transaction = null;
        Counts = _draft;
    }

    public void Rollback()
    {
        try
        {
            _transaction?.Dispose();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself, or will: the reason for it is known already.
        }
        finally
        {
            _transaction = null;
        }
    }

    /// <summary>Whether there is something to do although nothing came.</summary>
    public bool IsDue(DateTimeOffset now) =>
        Counts.Rows > MostRows || Scalar("SELECT min(answered) FROM answer") is { } oldest && oldest < (now - _limits.OutboxAge).ToUnixTimeMilliseconds();

    /// <summary>Moves what the log holds into the file, and to the disk; outside a transaction.</summary>
    public void Checkpoint() => Execute("PRAGMA wal_checkpoint(PASSIVE)");

    /// <summary>Gives the disk back a part of what answers that have left took; outside a transaction.</summary>
    public void Shrink()
    {
        if (Scalar("PRAGMA freelist_count") > PagesKept)
        {
            Execute($"PRAGMA incremental_vacuum({PagesAtOnce})");
        }
    }

    /// <summary>Removes these answers and their pixels, and says how many were pending.</summary>
    private long Remove(string which, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var delete = Command($"DELETE FROM answer WHERE number IN ({which}) RETURNING state = 'pending'", values);
        using var rows = delete.ExecuteReader();
        long removed = 0, pending = 0;

        while (rows.Read())
        {
            removed++;
            pending += rows.GetInt64(0);
        }

        _draft = _draft with { Rows = _draft.Rows - removed, Pending = _draft.Pending - pending };
        return pending;
    }

    private long Expire(long most)
    {
        if (most <= 0)
        {
            return 0;
        }

        const string Oldest = "(SELECT number FROM answer WHERE state = 'pending' ORDER BY number LIMIT $most)";
        Execute($"DELETE FROM pixels WHERE number IN {Oldest}", ("$most", most));
        var expired = Execute($"UPDATE answer SET state = 'expired' WHERE number IN {Oldest}", ("$most", most));
        _draft = _draft with { Pending = _draft.Pending - expired };
        return expired;
    }

    private SqliteCommand Command(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        var command = _connection.CreateCommand();
        command.CommandText = sql;

        foreach (var (name, value) in values)
        {
            command.Parameters.AddWithValue(name, value ?? DBNull.Value);
        }

        return command;
    }

    private int Execute(string sql, params ReadOnlySpan<(string Name, object? Value)> values)
    {
        using var command = Command(sql, values);
        return command.ExecuteNonQuery();
    }

    private long? Scalar(string sql)
    {
        using var command = Command(sql);
        return command.ExecuteScalar() as long?;
    }
}
