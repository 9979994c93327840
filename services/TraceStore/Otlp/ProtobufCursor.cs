using System.Diagnostics.CodeAnalysis;
using Google.Protobuf;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Walks the fields of nested protobuf messages; no field may reach beyond the message it stands in.</summary>
[SuppressMessage("Reliability", "CA1001", Justification = "Over an array there is nothing to dispose of.")]
internal sealed class ProtobufCursor(ArraySegment<byte> message)
{
    private readonly CodedInputStream _input = new(message.Array!, message.Offset, message.Count);
    private long _end = message.Offset + message.Count;

    /// <summary>The next field's tag (number &lt;&lt; 3 | wire type), 0 at the end of the message.</summary>
    public uint Next() => _input.Position < _end ? _input.ReadTag() : 0;

    /// <summary>Goes into the message at the cursor; hand the answer to <see cref="Leave"/>.</summary>
    public long Enter()
    {
        var size = _input.ReadLength();
        var outer = _end;

        if (size < 0 || size > outer - _input.Position)
        {
            throw Overrun();
        }

        _end = _input.Position + size;
        return outer;
    }

    public void Leave(long outer)
    {
        if (_input.Position != _end)
        {
            throw Overrun();
        }

        _end = outer;
    }

    public void Skip() => _input.SkipLastField();

    public string ReadText() => _input.ReadString();

    public bool ReadFlag() => _input.ReadBool();

    public long ReadInteger() => _input.ReadInt64();

    public int ReadEnum() => _input.ReadEnum();

    public uint ReadCount() => _input.ReadUInt32();

    public double ReadReal() => _input.ReadDouble();

    public ulong ReadFixed64() => _input.ReadFixed64();

    public uint ReadFixed32() => _input.ReadFixed32();

    public byte[] ReadBytes(int most) => _input.ReadBytes().Span is var bytes && bytes.Length > most ? bytes[..most].ToArray() : bytes.ToArray();

    public TraceId ReadTraceId() => TraceId.FromBytes(_input.ReadBytes().Span);

    public SpanId ReadSpanId() => SpanId.FromBytes(_input.ReadBytes().Span);

    private static OtlpException Overrun() => new(OtlpFault.Malformed, "Malformed protobuf: a field reaches beyond its message.");
}
