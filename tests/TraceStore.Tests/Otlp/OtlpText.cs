using System.Collections;
using System.Globalization;
using System.Text;
using Google.Protobuf;
using Google.Protobuf.Reflection;

namespace InferenceTracing.TraceStore.Tests.Otlp;

/// <summary>Messages as senders put them on the wire: protobuf, and OTLP's JSON (ids in hex, enums as numbers), half characters and broken bytes included.</summary>
internal static class OtlpText
{
    public static byte[] Protobuf(IMessage message) => Break(message.ToByteArray());

    public static byte[] Json(IMessage message)
    {
        var text = new StringBuilder();
        Write(text, message);
        return Break(Encoding.UTF8.GetBytes(text.ToString()));
    }

    private static byte[] Break(byte[] bytes)
    {
        for (var index = 0; index + 1 < bytes.Length; index++)
        {
            if (bytes.AsSpan(index, 2).SequenceEqual(Encoding.UTF8.GetBytes(RandomExports.Broken)))
            {
                (bytes[index], bytes[index + 1]) = (0xff, 0xfe);
            }
        }

        return bytes;
    }

    private static void Write(StringBuilder text, IMessage message)
    {
        text.Append('{');

        foreach (var field in message.Descriptor.Fields.InDeclarationOrder())
        {
            var value = field.Accessor.GetValue(message);

            if (field.IsRepeated ? ((IList)value).Count == 0 : field.HasPresence && !field.Accessor.HasValue(message))
            {
                continue;
            }

            text.Append(text[^1] == '{' ? "" : ",").Append('"').Append(field.JsonName).Append("\":");

            if (field.IsRepeated)
            {
                text.Append('[');

                foreach (var item in (IList)value)
                {
                    text.Append(text[^1] == '[' ? "" : ",");
                    Write(text, field, item);
                }

                text.Append(']');
            }
            else
            {
                Write(text, field, value);
            }
        }

        text.Append('}');
    }

    private static void Write(StringBuilder text, FieldDescriptor field, object value)
    {
        switch (value)
        {
            case IMessage message:
                Write(text, message);
                break;
            case string words:
                Quote(text, words);
                break;
            case ByteString bytes:
                Quote(text, field.JsonName.EndsWith("Id", StringComparison.Ordinal) ? Convert.ToHexString(bytes.Span) : bytes.ToBase64());
                break;
            case bool flag:
                text.Append(flag ? "true" : "false");
                break;
            case double real when !double.IsFinite(real):
                Quote(text, real.ToString(CultureInfo.InvariantCulture).Replace("∞", "Infinity", StringComparison.Ordinal));
                break;
            case long or ulong:
                Quote(text, Convert.ToString(value, CultureInfo.InvariantCulture)!);
                break;
            case Enum:
                text.Append(Convert.ToInt32(value, CultureInfo.InvariantCulture));
                break;
            default:
                text.Append(Convert.ToString(value, CultureInfo.InvariantCulture));
                break;
        }
    }

    private static void Quote(StringBuilder text, string words)
    {
        text.Append('"');

        foreach (var letter in words)
        {
            _ = letter is >= ' ' and < '\u007f' and not ('"' or '\\') ? text.Append(letter) : text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}");
        }

        text.Append('"');
    }
}
