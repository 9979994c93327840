using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace InferenceTracing.TraceStore.Otlp;

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
