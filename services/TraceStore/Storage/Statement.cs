using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// A prepared statement that takes and gives UTF-8 as it lies in memory: the writer binds, and the readers read, without a text or an object
/// for each value, which Microsoft.Data.Sqlite's commands would make. One thread at a time; it belongs to its connection.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly sqlite3 _database;
    private readonly sqlite3_stmt _statement;
    private int _next = 1;

    /// <exception cref="SqliteException">The statement is not one, or does not fit the database's form.</exception>
    public Statement(SqliteConnection connection, string sql)
    {
        _database = connection.Handle!;
        Check(raw.sqlite3_prepare_v3(_database, sql, raw.SQLITE_PREPARE_PERSISTENT, out _statement));
    }

    /// <summary>A time as the file can compare it: those from the year 2262 on are its end.</summary>
    public static long Signed(ulong value) => value > long.MaxValue ? long.MaxValue : (long)value;

    /// <summary>Binds the next parameter.</summary>
    public Statement With(long value)
    {
        Check(raw.sqlite3_bind_int64(_statement, _next++, value));
        return this;
    }

    /// <summary>Binds the next parameter: a text in UTF-8, or nothing where it is empty.</summary>
    public Statement WithText(ReadOnlySpan<byte> text)
    {
        Check(text.IsEmpty ? raw.sqlite3_bind_null(_statement, _next++) : raw.sqlite3_bind_text(_statement, _next++, text));
        return this;
    }

    /// <summary>Binds the next parameter: a text, also an empty one.</summary>
    public Statement With(string text)
    {
        Check(raw.sqlite3_bind_text(_statement, _next++, text));
        return this;
    }

    /// <summary>Binds the next parameter: bytes, or nothing where there are none.</summary>
    public Statement WithBlob(ReadOnlySpan<byte> bytes)
    {
        Check(bytes.IsEmpty ? raw.sqlite3_bind_null(_statement, _next++) : raw.sqlite3_bind_blob(_statement, _next++, bytes));
        return this;
    }

    /// <summary>Goes to the next row; after the last one it is ready to be bound again.</summary>
    /// <exception cref="SqliteException">The disk is full, the file is damaged, the query was interrupted.</exception>
    public bool Step()
    {
        var outcome = raw.sqlite3_step(_statement);

        if (outcome == raw.SQLITE_ROW)
        {
            return true;
        }

        Reset();

        if (outcome != raw.SQLITE_DONE)
        {
            Check(outcome);
        }

        return false;
    }

    /// <summary>For a statement that gives no rows.</summary>
    public void Run()
    {
        while (Step())
        {
        }
    }

    /// <summary>The one number that it gives, or null where there is no row or no number.</summary>
    public long? Scalar()
    {
        long? value = Step() && !IsNull(0) ? Number(0) : null;
        Reset();
        return value;
    }

    /// <summary>Makes it ready for another run, wherever this one stopped.</summary>
    public void Reset()
    {
        raw.sqlite3_reset(_statement);
        _next = 1;
    }

    public bool IsNull(int column) => raw.sqlite3_column_type(_statement, column) == raw.SQLITE_NULL;

    public long Number(int column) => raw.sqlite3_column_int64(_statement, column);

    /// <summary>The bytes of a text or a blob, valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_statement, column);

    /// <summary>A text, empty where there is none.</summary>
    public string Text(int column) => Bytes(column) is { IsEmpty: false } text ? Encoding.UTF8.GetString(text) : "";

    public void Dispose() => _statement.Dispose();

    private void Check(int outcome) => SqliteException.ThrowExceptionForRC(outcome, _database);
}
