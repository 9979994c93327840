using System.Buffers;
using System.Buffers.Binary;
using Google.Protobuf;

namespace InferenceTracing.OpenInference.Wire;

/// <summary>
/// Goes from field to field of a message as it lies in the connection's buffers (protobuf.dev/programming-guides/encoding). Google's own reader copies what has a
/// length to the heap, and that would be every image.
/// </summary>
internal ref struct ProtoFields(in ReadOnlySequence<byte> message)
{
    private const int LongestVarint = 10;

    private SequenceReader<byte> _reader = new(message);

    /// <summary>Its number in the message's description.</summary>
    public int Number { get; private set; }

    public WireFormat.WireType Type { get; private set; }

    /// <summary>Its value where it is a number: of a real one, the bits.</summary>
    public ulong Value { get; private set; }

    /// <summary>Its bytes where it has a length: a text, bytes, a message, or numbers in a row; else empty.</summary>
    public ReadOnlySequence<byte> Content { get; private set; }

    /// <summary>Moves on to the next field; false at the end.</summary>
    /// <exception cref="InferenceException">400: there is none.</exception>
    public bool Next()
    {
        if (_reader.End)
        {
            return false;
        }

        var tag = Varint(ref _reader);
        (Number, Type, Value, Content) = ((int)(tag >> 3), (WireFormat.WireType)(tag & 7), 0, default);

        switch (Type)
        {
            case WireFormat.WireType.Varint:
                Value = Varint(ref _reader);
                break;
            case WireFormat.WireType.Fixed32:
                Value = Fixed(sizeof(uint));
                break;
            case WireFormat.WireType.Fixed64:
                Value = Fixed(sizeof(ulong));
                break;
            case WireFormat.WireType.LengthDelimited when Varint(ref _reader) is var length && length <= (ulong)_reader.Remaining:
                Content = _reader.UnreadSequence.Slice(0, (long)length);
                _reader.Advance((long)length);
                break;
            default:
                throw Malformed();
        }

        return true;
    }

    /// <summary>The next of whole numbers in a row.</summary>
    /// <exception cref="InferenceException">400: there is none.</exception>
    public static ulong Varint(ref SequenceReader<byte> reader)
    {
        ulong value = 0;

        for (var index = 0; index < LongestVarint && reader.TryRead(out var octet); index++)
        {
            value |= (ulong)(octet & 0x7f) << (7 * index);

            if (octet < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ulong Fixed(int bytes)
    {
        Span<byte> value = stackalloc byte[sizeof(ulong)];
        value.Clear();

        if (!_reader.TryCopyTo(value[..bytes]))
        {
            throw Malformed();
        }

        _reader.Advance(bytes);
        return BinaryPrimitives.ReadUInt64LittleEndian(value);
    }

    private static InferenceException Malformed() => InferenceException.Malformed("The message is not a valid protocol buffer.");
}
