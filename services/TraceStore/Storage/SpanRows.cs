using System.Runtime.InteropServices;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// The spans of one export as the file takes them, made on the sender's thread, so that the one thread that writes has only to bind them.
/// Spans lie by trace; where they come from is written once for all that share it.
/// </summary>
internal sealed class SpanRows : IDisposable
{
    private readonly RowEncoder _encoder;
    private readonly Dictionary<TraceId, TraceRows> _byTrace = [];

    public SpanRows(IReadOnlyList<Span> spans, Words words)
    {
        _encoder = new RowEncoder(words);

        foreach (var span in spans)
        {
            var origin = _encoder.Origin(span.Origin);
            ref var trace = ref CollectionsMarshal.GetValueRefOrAddDefault(_byTrace, span.TraceId, out _);
            trace ??= new TraceRows(span.TraceId);
            trace.Add(Encode(span, origin));
        }
    }

    public ICollection<TraceRows> Traces => _byTrace.Values;

    /// <summary>Bytes of their texts.</summary>
    public int Bytes => _encoder.Bytes;

    public ReadOnlySpan<byte> Text(TextRange range) => _encoder.Text(range);

    public void Dispose() => _encoder.Dispose();

    private SpanRow Encode(Span span, RowOrigin origin) => new(
        span,
        origin,
        _encoder.Write(span.StatusMessage),
        _encoder.Write(span.TraceState),
        _encoder.Write(span.Attributes),
        _encoder.Write(span.Events),
        _encoder.Write(span.Links),
        _encoder.Write(span.DroppedAttributes, span.DroppedEvents, span.DroppedLinks));
}

/// <summary>The spans of one trace in one export.</summary>
internal sealed class TraceRows(TraceId id)
{
    private readonly List<SpanRow> _rows = [];
    private RowOrigin? _origin;

    public TraceId Id { get; } = id;

    /// <summary>The tags of these spans.</summary>
    public TagSignature Tags { get; } = new();

    public ReadOnlySpan<SpanRow> Rows => CollectionsMarshal.AsSpan(_rows);

    public void Add(SpanRow row)
    {
        _rows.Add(row);
        Tags.Add(row.Span);

        if (row.Origin != _origin)
        {
            _origin = row.Origin;
            Tags.Join(_origin.Tags);
        }
    }
}

/// <summary>One span and its texts.</summary>
internal readonly record struct SpanRow(
    Span Span, RowOrigin Origin, TextRange Message, TextRange State, TextRange Attributes, TextRange Events, TextRange Links, TextRange Dropped)
{
    // Its numbers, its place in the index and the page's own, about.
    private const int FixedBytes = 96;

    /// <summary>Bytes in the file, about.</summary>
    public int Bytes => FixedBytes + Message.Length + State.Length + Attributes.Length + Events.Length + Links.Length;
}
