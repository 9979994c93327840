using System.Buffers.Binary;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// Reads protobuf as its parser does, which is faster, and where that refuses a text for a broken character, along the message's description: one bad
/// byte of one attribute would cost its sender the whole batch. It becomes U+FFFD, as in JSON.
/// </summary>
internal static class OtlpWire
{
    private const int MaxDepth = 100;

    /// <exception cref="InvalidProtocolBufferException">The message is malformed.</exception>
    public static T Read<T>(ReadOnlySpan<byte> bytes)
        where T : IMessage<T>, new()
    {
        try
        {
            var message = new T();
            message.MergeFrom(bytes);
            return message;
        }
        catch (InvalidProtocolBufferException)
        {
            var message = new T();

            if (!Fill(message, bytes, MaxDepth))
            {
                throw;
            }

            return message;
        }
    }

    private static bool Fill(IMessage message, ReadOnlySpan<byte> bytes, int depth)
    {
        var fields = new WireFields(bytes);

        while (fields.Next())
        {
            var field = message.Descriptor.FindFieldByNumber(fields.Number);

            if (field is null || IsOfLength(field) != (fields.Type == WireFormat.WireType.LengthDelimited))
            {
                continue;
            }

            object value;

            if (field.FieldType == FieldType.Message)
            {
                var inner = field.MessageType.Parser.ParseFrom(ByteString.Empty);

                if (depth == 0 || !Fill(inner, fields.Content, depth - 1))
                {
                    return false;
                }

                value = inner;
            }
            else
            {
                value = Scalar(fields, field.FieldType);
            }

            if (field.IsRepeated)
            {
                ((System.Collections.IList)field.Accessor.GetValue(message)).Add(value);
            }
            else
            {
                field.Accessor.SetValue(message, value);
            }
        }

        return fields.IsAtEnd;
    }

    private static bool IsOfLength(FieldDescriptor field) => field.FieldType is FieldType.Message or FieldType.String or FieldType.Bytes;

    private static object Scalar(in WireFields field, FieldType type) => type switch
    {
        FieldType.String => Encoding.UTF8.GetString(field.Content),
        FieldType.Bytes => ByteString.CopyFrom(field.Content),
        FieldType.Bool => field.Value != 0,
        FieldType.Double => BitConverter.UInt64BitsToDouble(field.Value),
        FieldType.Int32 or FieldType.Enum => (int)field.Value,
        FieldType.UInt32 or FieldType.Fixed32 => (uint)field.Value,
        FieldType.Int64 => (long)field.Value,
        _ => field.Value,
    };
}

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

/// <summary>
/// What a message will weigh in memory, about and on the high side, before it is parsed: an empty link takes two bytes on the wire and more than a
/// hundred as an object. Walks the wire form along the message's own description.
/// </summary>
internal sealed class MessageWeight
{
    private const int Object = 64;
    private const int Field = 8;
    private const int List = 48;
    private const int ListItem = 16;
    private const int Text = 32;
    private const int MaxDepth = 100;

    // A span without anything in it.
    private const long LargestMessage = Object + (16 * Field) + (3 * List);

    private static readonly Dictionary<MessageDescriptor, MessageWeight> Known = [];

    private readonly int _fixed;
    private readonly Dictionary<int, MessageWeight?> _fields = [];

    private MessageWeight(MessageDescriptor descriptor)
    {
        // Before its fields: values may hold values.
        Known[descriptor] = this;
        var fields = descriptor.Fields.InDeclarationOrder();
        _fixed = Object + (Field * fields.Count) + (List * fields.Count(field => field.IsRepeated));

        foreach (var field in fields.Where(field => field.FieldType is FieldType.Message or FieldType.String or FieldType.Bytes))
        {
            _fields[field.FieldNumber] = field.FieldType != FieldType.Message ? null
                : Known.TryGetValue(field.MessageType, out var known) ? known : new MessageWeight(field.MessageType);
        }
    }

    /// <summary>The scale for messages of a kind.</summary>
    public static MessageWeight Of(MessageDescriptor descriptor)
    {
        lock (Known)
        {
            return Known.TryGetValue(descriptor, out var known) ? known : new MessageWeight(descriptor);
        }
    }

    /// <summary>
    /// In bytes. Where the message is malformed it is that of what stands before; the parser will say so. In JSON every brace may become a message, and
    /// so may a null in a list.
    /// </summary>
    public long Weigh(ReadOnlySpan<byte> message, OtlpEncoding encoding) => encoding == OtlpEncoding.Protobuf
        ? Weigh(message, MaxDepth)
        : (2L * message.Length) + (LargestMessage * (message.Count((byte)'{') + message.Count("null"u8)));

    private long Weigh(ReadOnlySpan<byte> message, int depth)
    {
        long weight = _fixed;
        var fields = new WireFields(message);

        while (fields.Next())
        {
            if (fields.Type == WireFormat.WireType.LengthDelimited)
            {
                weight += ListItem + (_fields.TryGetValue(fields.Number, out var field) && field is not null && depth > 0
                    ? field.Weigh(fields.Content, depth - 1)
                    : Text + (2L * fields.Content.Length));
            }
        }

        return weight;
    }
}
