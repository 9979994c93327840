using System.Buffers.Binary;
using Google.Protobuf;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Goes from field to field of a message as it is on the wire (protobuf.dev/programming-guides/encoding), without a look at what it means.</summary>
internal ref struct WireFields(ReadOnlySpan<byte> message)
{
    private ReadOnlySpan<byte> _left = message;

    /// <summary>Its number in the message's description.</summary>
    public int Number { get; private set; }

    public WireFormat.WireType Type { get; private set; }

    /// <summary>Its value where it is a number: of a real one, the bits.</summary>
    public ulong Value { get; private set; }

    /// <summary>Its bytes where it has a length: a text, bytes, or a message.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Whether there is nothing left. False after the last step where the rest is malformed.</summary>
    public readonly bool IsAtEnd => _left.IsEmpty;

    public bool Next()
    {
        var before = _left;

        if (ReadVarint(ref _left) is not { } tag)
        {
            return false;
        }

        (Number, Type) = ((int)(tag >> 3), (WireFormat.WireType)(tag & 7));

        if (Take())
        {
            return true;
        }

        _left = before;
        return false;
    }

    private bool Take()
    {
        switch (Type)
        {
            case WireFormat.WireType.Varint when ReadVarint(ref _left) is { } value:
                Value = value;
                return true;
            case WireFormat.WireType.Fixed64 when _left.Length >= sizeof(ulong):
                Value = BinaryPrimitives.ReadUInt64LittleEndian(_left);
                _left = _left[sizeof(ulong)..];
                return true;
            case WireFormat.WireType.Fixed32 when _left.Length >= sizeof(uint):
                Value = BinaryPrimitives.ReadUInt32LittleEndian(_left);
                _left = _left[sizeof(uint)..];
                return true;
            case WireFormat.WireType.LengthDelimited when ReadVarint(ref _left) is { } length && length <= (ulong)_left.Length:
                Content = _left[..(int)length];
                _left = _left[(int)length..];
                return true;
            default:
                return false;
        }
    }

    private static ulong? ReadVarint(ref ReadOnlySpan<byte> from)
    {
        ulong value = 0;

        for (var index = 0; index < from.Length && index < 10; index++)
        {
            value |= (ulong)(from[index] & 0x7f) << (7 * index);

            if (from[index] < 0x80)
            {
                from = from[(index + 1)..];
                return value;
            }
        }

        return null;
    }
}
