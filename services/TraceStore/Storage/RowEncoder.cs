using System.Buffers;
using System.Text;
using System.Text.Json;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>Writes the texts of one export's rows into one rented buffer.</summary>
internal sealed class RowEncoder : IDisposable
{
    private readonly Words _words;
    private readonly PooledText _text = new();
    private readonly Utf8JsonWriter _json;
    private SpanOrigin? _from;
    private RowOrigin? _origin;

    public RowEncoder(Words words)
    {
        _words = words;
        _json = new Utf8JsonWriter(_text, AttributeJson.Options);
    }

    /// <summary>Bytes written.</summary>
    public int Bytes => _text.Length;

    public ReadOnlySpan<byte> Text(TextRange range) => _text.Slice(range);

    public TextRange Write(string text)
    {
        var start = _text.Length;

        if (text.Length > 0)
        {
            _text.Advance(Encoding.UTF8.GetBytes(text, _text.GetSpan(Encoding.UTF8.GetMaxByteCount(text.Length))));
        }

        return new TextRange(start, _text.Length - start);
    }

    public TextRange Write(SpanAttribute[] attributes)
    {
        if (attributes.Length == 0)
        {
            return default;
        }

        var start = Begin();
        AttributeText.Write(_json, attributes, _words);
        return End(start);
    }

    public TextRange Write(AttributeValue value)
    {
        if (value.Kind == AttributeKind.Empty)
        {
            return default;
        }

        var start = Begin();
        AttributeText.Write(_json, value);
        return End(start);
    }

    public TextRange Write(SpanEvent[] events)
    {
        if (events.Length == 0)
        {
            return default;
        }

        var start = Begin();
        SpanText.Write(_json, events, _words);
        return End(start);
    }

    public TextRange Write(SpanLink[] links)
    {
        if (links.Length == 0)
        {
            return default;
        }

        var start = Begin();
        SpanText.Write(_json, links, _words);
        return End(start);
    }

    /// <summary>How many attributes, events and links were left out; nothing where none were.</summary>
    public TextRange Write(uint attributes, uint events, uint links)
    {
        if ((attributes | events | links) == 0)
        {
            return default;
        }

        var start = Begin();
        _json.WriteStartArray();
        _json.WriteNumberValue(attributes);
        _json.WriteNumberValue(events);
        _json.WriteNumberValue(links);
        _json.WriteEndArray();
        return End(start);
    }

    /// <summary>Where rows come from, written once for all that follow one another from there.</summary>
    public RowOrigin Origin(SpanOrigin from)
    {
        if (from != _from)
        {
            _from = from;
            _origin = new RowOrigin(
                from.Resource.ServiceName,
                Encoding.UTF8.GetString(Text(Write(from.Resource.Attributes))),
                from.Scope.Name,
                from.Scope.Version,
                Encoding.UTF8.GetString(Text(Write(from.Scope.Attributes))),
                TagSignature.Of(from));
        }

        return _origin!;
    }

    public void Dispose()
    {
        _json.Dispose();
        _text.Dispose();
    }

    private int Begin()
    {
        _json.Reset();
        return _text.Length;
    }

    private TextRange End(int start)
    {
        _json.Flush();
        return new TextRange(start, _text.Length - start);
    }
}

/// <summary>Where rows of an export come from; resource and scope are their attributes as the file has them.</summary>
internal sealed record RowOrigin(string ServiceName, string Resource, string ScopeName, string ScopeVersion, string Scope, TagSignature Tags);

/// <summary>A buffer that grows, rented: what the rows of one export are written to before they are stored.</summary>
internal sealed class PooledText : IBufferWriter<byte>, IDisposable
{
    private const int FirstBytes = 4_096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Slice(TextRange range) => _buffer.AsSpan(range.Start, range.Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => Free(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => Free(sizeHint).Span;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
    }

    private Memory<byte> Free(int sizeHint)
    {
        if (_buffer.Length - Length < Math.Max(sizeHint, 1))
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Length + sizeHint));
            _buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(Length);
    }
}

/// <summary>Where a text lies in a <see cref="PooledText"/>.</summary>
internal readonly record struct TextRange(int Start, int Length);
