using Microsoft.Data.Sqlite;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// Rows that many spans share, each in the file once, by what they say: a service, an operation, a resource, a scope. A row also says up to which
/// trace it may be used (<c>last</c>), in strides, so that it is rarely written; when that trace is gone, so is the row. A long row, of which few may
/// fill the file, goes with its very trace. The writer's alone.
/// </summary>
internal sealed class Interned<TKey> : IDisposable
    where TKey : notnull
{
    private const int Most = 8_192;
    private const int MostLetters = 1 << 20;
    private const int Stride = 4_096;
    private const int Long = 4_096;

    private readonly Dictionary<TKey, Entry> _known = [];
    private readonly Action<Statement, TKey> _bind;
    private readonly Func<TKey, int> _letters;
    private readonly Statement _find;
    private readonly Statement _insert;
    private readonly Statement _touch;
    private readonly Statement _delete;
    private long _lastId;
    private int _knownLetters;

    /// <param name="connection">The writer's.</param>
    /// <param name="table">With the columns <c>id</c>, <paramref name="columns"/> and <c>last</c>.</param>
    /// <param name="columns">What a row says.</param>
    /// <param name="bind">Binds a key to those columns.</param>
    /// <param name="letters">How long a key is.</param>
    public Interned(SqliteConnection connection, string table, string[] columns, Action<Statement, TKey> bind, Func<TKey, int> letters)
    {
        _bind = bind;
        _letters = letters;
        _find = new Statement(connection, $"SELECT id, last FROM {table} WHERE {string.Join(" AND ", columns.Select(column => $"{column} = ?"))}");
        _insert = new Statement(
            connection, $"INSERT INTO {table} ({string.Join(", ", columns)}, id, last) VALUES ({string.Join(", ", columns.Select(_ => "?"))}, ?, ?)");
        _touch = new Statement(connection, $"UPDATE {table} SET last = ? WHERE id = ?");
        _delete = new Statement(connection, $"DELETE FROM {table} WHERE last < ?");
        using var last = new Statement(connection, $"SELECT max(id) FROM {table}");
        _lastId = last.Scalar() ?? 0;
    }

    /// <summary>The row's id, for a span of the trace with that number.</summary>
    /// <param name="key">What the row says.</param>
    /// <param name="trace">The trace's number.</param>
    /// <param name="oldest">The lowest number still there: rows that ended below it may be gone.</param>
    public long Id(TKey key, long trace, long oldest)
    {
        if (!_known.TryGetValue(key, out var entry) || entry.Last < oldest)
        {
            if (_known.Count >= Most || _knownLetters >= MostLetters)
            {
                Forget();
            }

            _known[key] = entry = Find(key) ?? Insert(key, trace);
            _knownLetters += _letters(key);
        }

        if (entry.Last < trace)
        {
            entry.Last = Last(key, trace);
            _touch.With(entry.Last).With(entry.Id).Run();
        }

        return entry.Id;
    }

    /// <summary>Deletes the rows that no trace from <paramref name="oldest"/> on uses.</summary>
    public void DeleteBefore(long oldest) => _delete.With(oldest).Run();

    /// <summary>After a rollback: what is known may never have been written.</summary>
    public void Forget()
    {
        _known.Clear();
        _knownLetters = 0;
    }

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
        _touch.Dispose();
        _delete.Dispose();
    }

    private long Last(TKey key, long trace) => _letters(key) > Long ? trace : trace + Stride;

    private Entry? Find(TKey key)
    {
        _bind(_find, key);
        var found = _find.Step() ? new Entry { Id = _find.Number(0), Last = _find.Number(1) } : null;
        _find.Reset();
        return found;
    }

    private Entry Insert(TKey key, long trace)
    {
        var entry = new Entry { Id = ++_lastId, Last = Last(key, trace) };
        _bind(_insert, key);
        _insert.With(entry.Id).With(entry.Last).Run();
        return entry;
    }

    private sealed class Entry
    {
        public required long Id { get; init; }

        public required long Last { get; set; }
    }
}
