using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Reads <c>KeyValue</c> and <c>AnyValue</c> (opentelemetry/proto/common/v1), within the limits.</summary>
internal sealed class ProtobufAttributeReader(ProtobufCursor cursor, OtlpOptions limits, Vocabulary vocabulary)
{
    private const uint Key = 1 << 3 | 2;
    private const uint Value = 2 << 3 | 2;
    private const uint Text = 1 << 3 | 2;
    private const uint Flag = 2 << 3;
    private const uint Integer = 3 << 3;
    private const uint Real = 4 << 3 | 1;
    private const uint Array = 5 << 3 | 2;
    private const uint Map = 6 << 3 | 2;
    private const uint Bytes = 7 << 3 | 2;
    private const uint Item = 1 << 3 | 2;

    // One stack for all lists being read: an inner list is always complete before its outer one goes on.
    private readonly List<SpanAttribute> _stack = [];
    private int _depth;

    /// <summary>Where a list of attributes begins; hand it to <see cref="Push"/> and <see cref="Pop"/>.</summary>
    public int Begin() => _stack.Count;

    /// <summary>Reads the attribute at the cursor into the list; counts it as dropped when the list is full.</summary>
    public void Push(int begin, ref uint dropped)
    {
        var attribute = ReadAttribute();

        if (_stack.Count - begin < limits.MaxAttributes)
        {
            _stack.Add(attribute);
        }
        else
        {
            dropped++;
        }
    }

    /// <summary>The list that was begun there.</summary>
    public SpanAttribute[] Pop(int begin)
    {
        var count = _stack.Count - begin;

        if (count == 0)
        {
            return [];
        }

        var list = _stack.GetRange(begin, count).ToArray();
        _stack.RemoveRange(begin, count);
        return list;
    }

    private SpanAttribute ReadAttribute()
    {
        var outer = cursor.Enter();
        var key = "";
        AttributeValue value = default;

        while (cursor.Next() is var tag and not 0)
        {
            switch (tag)
            {
                case Key:
                    key = vocabulary.Word(limits.Cut(cursor.ReadText()));
                    break;
                case Value:
                    value = ReadValue();
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.Leave(outer);
        return new SpanAttribute(key, value);
    }

    private AttributeValue ReadValue()
    {
        if (++_depth > limits.MaxDepth)
        {
            throw new OtlpException(OtlpFault.Malformed, $"An attribute nests deeper than {limits.MaxDepth} levels.");
        }

        var outer = cursor.Enter();
        AttributeValue value = default;

        while (cursor.Next() is var tag and not 0)
        {
            switch (tag)
            {
                case Text:
                    value = AttributeValue.Of(limits.Cut(cursor.ReadText()));
                    break;
                case Flag:
                    value = AttributeValue.Of(cursor.ReadFlag());
                    break;
                case Integer:
                    value = AttributeValue.Of(cursor.ReadInteger());
                    break;
                case Real:
                    value = AttributeValue.Of(cursor.ReadReal());
                    break;
                case Array:
                    value = AttributeValue.Of(ReadArray());
                    break;
                case Map:
                    value = AttributeValue.Of(ReadMap());
                    break;
                case Bytes:
                    value = AttributeValue.Of(cursor.ReadBytes(limits.MaxAttributeLength));
                    break;
                default:
                    cursor.Skip();
                    break;
            }
        }

        cursor.Leave(outer);
        _depth--;
        return value;
    }

    private AttributeValue[] ReadArray()
    {
        var outer = cursor.Enter();
        var items = new List<AttributeValue>();

        while (cursor.Next() is var tag and not 0)
        {
            if (tag == Item && items.Count < limits.MaxAttributes)
            {
                items.Add(ReadValue());
            }
            else
            {
                cursor.Skip();
            }
        }

        cursor.Leave(outer);
        return [.. items];
    }

    private SpanAttribute[] ReadMap()
    {
        var outer = cursor.Enter();
        var begin = Begin();
        var dropped = 0u;

        while (cursor.Next() is var tag and not 0)
        {
            if (tag == Item)
            {
                Push(begin, ref dropped);
            }
            else
            {
                cursor.Skip();
            }
        }

        cursor.Leave(outer);
        return Pop(begin);
    }
}
