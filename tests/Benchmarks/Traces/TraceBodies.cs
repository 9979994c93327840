using System.Buffers.Binary;
using Google.Protobuf;

namespace InferenceTracing.Benchmarks.Traces;

/// <summary>
/// Export requests without end. Each is a copy of the first with other ids and times written over those of the first: the load takes next to nothing of
/// the cores that it shares with the store.
/// </summary>
internal sealed class TraceBodies
{
    /// <summary>Where times stand in the first body; the duration in milliseconds stands above the shift.</summary>
    public const ulong StartMark = 0x7e57_0000_0000_0000;
    public const int MillisShift = 24;

    private const int IdBytes = 16;
    private const int TimeBytes = 8;

    private static readonly byte[] IdMark = [0x7e, 0x57, 0x1d, 0x7e, 0x57, 0x1d, 0x7e, 0x57, 0x1d, 0x7e, 0x57, 0x1d];

    private readonly byte[] _first;
    private readonly List<(int At, int Trace)> _ids = [];
    private readonly List<(int At, ulong Nanos)> _times = [];
    private readonly int _traces;
    private long _next;

    /// <param name="traces">Traces of one body.</param>
    public TraceBodies(int traces)
    {
        _traces = traces;
        _first = TraceShape.Create(traces).ToByteArray();

        for (var at = 0; at + IdBytes <= _first.Length; at++)
        {
            if (_first.AsSpan(at).StartsWith(IdMark))
            {
                _ids.Add((at, BinaryPrimitives.ReadInt32BigEndian(_first.AsSpan(at + IdMark.Length))));
            }
            else if (BinaryPrimitives.ReadUInt64LittleEndian(_first.AsSpan(at)) is var time && time >> 48 == StartMark >> 48)
            {
                _times.Add((at, ((time - StartMark) >> MillisShift) * 1_000_000));
            }
        }
    }

    public int SpansOfABody => _traces * TraceShape.Spans;

    /// <summary>Traces made so far; they are numbered from 1, and the number is the end of the id.</summary>
    public long Made => Interlocked.Read(ref _next);

    public static ByteString Mark(int trace)
    {
        var id = new byte[IdBytes];
        IdMark.CopyTo(id, 0);
        BinaryPrimitives.WriteInt32BigEndian(id.AsSpan(IdMark.Length), trace);
        return ByteString.CopyFrom(id);
    }

    public static string Id(long number)
    {
        Span<byte> id = stackalloc byte[IdBytes];
        WriteId(id, number);
        return Convert.ToHexStringLower(id);
    }

    /// <summary>The next body. Its traces begin now.</summary>
    public byte[] Next()
    {
        var body = _first.ToArray();
        var first = Interlocked.Add(ref _next, _traces) - _traces + 1;
        var now = (ulong)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

        foreach (var (at, trace) in _ids)
        {
            WriteId(body.AsSpan(at, IdBytes), first + trace);
        }

        foreach (var (at, nanos) in _times)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(at, TimeBytes), now + nanos);
        }

        return body;
    }

    /// <summary>Spread as random ids are, so that the store cannot gain by their order.</summary>
    private static void WriteId(Span<byte> id, long number)
    {
        BinaryPrimitives.WriteInt64BigEndian(id, unchecked(number * (long)0x9e37_79b9_7f4a_7c15));
        BinaryPrimitives.WriteInt64BigEndian(id[8..], number);
    }
}
