using InferenceTracing.TraceStore.Model;
using Microsoft.Data.Sqlite;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>The traces that spans came for lately, and through them every other one: who has which number and how full it is. The writer's alone.</summary>
internal sealed class OpenTraces : IDisposable
{
    /// <summary>Places of a trace's spans: a span's id is the trace's number times this and its place.</summary>
    public const long Places = 1L << 20;

    // Together a few megabytes; beyond them it starts afresh and reads what it needs again.
    private const int MostTraces = 8_192;
    private const int MostSpans = 131_072;

    private readonly Dictionary<TraceId, OpenTrace> _open = [];
    private readonly List<OpenTrace> _changed = [];
    private readonly Statement _find;
    private readonly Statement _spans;
    private readonly Statement _insert;
    private readonly Statement _update;
    private readonly Statement _bounds;
    private int _spanCount;

    public OpenTraces(SqliteConnection connection)
    {
        _find = new Statement(connection, "SELECT number, spans, bytes, first, tags FROM trace WHERE id = ?");
        _spans = new Statement(connection, "SELECT id, span_id FROM span WHERE id >= ? AND id < ?");
        _insert = new Statement(connection, "INSERT INTO trace (number, id, arrived, spans, bytes, first, tags) VALUES (?, ?, ?, ?, ?, ?, ?)");
        _update = new Statement(connection, "UPDATE trace SET spans = ?, bytes = ?, first = ?, tags = ? WHERE number = ?");
        _bounds = new Statement(connection, "SELECT (SELECT min(number) FROM trace), (SELECT max(number) FROM trace)");
        ReadBounds();
    }

    /// <summary>The lowest number that is still there.</summary>
    public long Oldest { get; set; }

    /// <summary>The highest number.</summary>
    public long Newest { get; private set; }

    /// <summary>Traces heard of for the first time in this transaction.</summary>
    public int Created { get; set; }

    /// <summary>The trace with that id, with a new number if it is heard of for the first time or is gone.</summary>
    /// <param name="id">The trace's id.</param>
    /// <param name="now">Seconds since the Unix epoch.</param>
    public OpenTrace Open(TraceId id, long now)
    {
        if (_open.TryGetValue(id, out var open) && open.Number >= Oldest)
        {
            return Changing(open);
        }

        if (_open.Count >= MostTraces || _spanCount >= MostSpans)
        {
            // What changed in this transaction is still to be written.
            WriteChanged();
            _open.Clear();
            _spanCount = 0;
        }

        if (Find(id) is { } known)
        {
            open = known;
        }
        else
        {
            open = new OpenTrace { Id = id, Number = ++Newest, Arrived = now, IsNew = true };
            Created++;
        }

        _open[id] = open;
        _spanCount += open.Spans;
        return Changing(open);
    }

    /// <summary>A number for log records that belong to no trace.</summary>
    /// <param name="now">Seconds since the Unix epoch.</param>
    public OpenTrace OpenNameless(long now) => Changing(new OpenTrace { Id = default, Number = ++Newest, Arrived = now, IsNew = true });

    /// <summary>Notes that a span was written.</summary>
    public void Added(OpenTrace trace, Span span, int bytes)
    {
        trace.Places.TryAdd(span.SpanId, trace.Spans++);
        trace.Bytes += bytes;
        trace.First = Math.Min(trace.First, unchecked((long)span.StartNanos));
        _spanCount++;
    }

    /// <summary>Writes what changed, before the transaction ends.</summary>
    public void WriteChanged()
    {
        Span<byte> id = stackalloc byte[TraceId.Size];

        foreach (var trace in _changed)
        {
            trace.IsChanged = false;

            if (trace.IsNew)
            {
                trace.Id.WriteBytes(id);
                _insert.With(trace.Number).WithBlob(trace.Id.IsValid ? id : default).With(trace.Arrived).With(trace.Spans).With(trace.Bytes).With(trace.First)
                    .WithBlob(trace.Tags.Bytes).Run();
                trace.IsNew = false;
            }
            else
            {
                _update.With(trace.Spans).With(trace.Bytes).With(trace.First).WithBlob(trace.Tags.Bytes).With(trace.Number).Run();
            }
        }

        _changed.Clear();
    }

    /// <summary>After a rollback: only what the file says is so.</summary>
    public void Forget()
    {
        _open.Clear();
        _changed.Clear();
        _spanCount = 0;
        ReadBounds();
    }

    public void Dispose()
    {
        _find.Dispose();
        _spans.Dispose();
        _insert.Dispose();
        _update.Dispose();
        _bounds.Dispose();
    }

    private OpenTrace Changing(OpenTrace open)
    {
        if (!open.IsChanged)
        {
            open.IsChanged = true;
            _changed.Add(open);
        }

        return open;
    }

    private OpenTrace? Find(TraceId id)
    {
        Span<byte> bytes = stackalloc byte[TraceId.Size];
        id.WriteBytes(bytes);
        _find.WithBlob(bytes);

        if (!_find.Step())
        {
            return null;
        }

        var open = new OpenTrace
        {
            Id = id,
            Number = _find.Number(0),
            Spans = (int)_find.Number(1),
            Bytes = _find.Number(2),
            First = _find.Number(3),
            Tags = new TagSignature(_find.Bytes(4)),
        };
        _find.Reset();
        _spans.With(open.Number * Places).With((open.Number + 1) * Places);

        while (_spans.Step())
        {
            open.Places.TryAdd(new SpanId((ulong)_spans.Number(1)), (int)(_spans.Number(0) % Places));
        }

        return open;
    }

    private void ReadBounds()
    {
        _bounds.Step();
        (Oldest, Newest) = (_bounds.Number(0), Math.Max(Newest, _bounds.Number(1)));
        _bounds.Reset();
    }
}

/// <summary>A trace that takes spans.</summary>
internal sealed class OpenTrace
{
    public required TraceId Id { get; init; }

    public required long Number { get; init; }

    /// <summary>Seconds since the Unix epoch; known only while it is new.</summary>
    public long Arrived { get; init; }

    /// <summary>Spans it has, and the place of the next one.</summary>
    public int Spans { get; set; }

    public long Bytes { get; set; }

    /// <summary>The earliest start, in nanoseconds since the Unix epoch.</summary>
    public long First { get; set; } = long.MaxValue;

    public TagSignature Tags { get; init; } = new();

    /// <summary>The place of the first span of each id.</summary>
    public Dictionary<SpanId, int> Places { get; } = [];

    /// <summary>Whether the file has no row for it yet.</summary>
    public bool IsNew { get; set; }

    /// <summary>Whether its row is to be written before the transaction ends.</summary>
    public bool IsChanged { get; set; }
}
