using System.Globalization;
using System.Text;
using System.Text.Json;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>Texts of senders whose JSON is right and whose characters are not: half a surrogate pair, broken UTF-8. Each becomes U+FFFD, as in protobuf.</summary>
internal static class JsonText
{
    private const int EscapedDigits = 4;

    /// <summary>The text or the property's name that the reader stands on.</summary>
    public static string Read(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Mend(Encoding.UTF8.GetString(reader.ValueSpan));
        }
    }

    private static string Mend(string escaped)
    {
        var text = new StringBuilder(escaped.Length);

        for (var index = 0; index < escaped.Length; index++)
        {
            if (escaped[index] != '\\')
            {
                text.Append(escaped[index]);
                continue;
            }

            // The reader has seen to it that every escape is whole.
            index++;
            text.Append(escaped[index] switch
            {
                'b' => '\b',
                'f' => '\f',
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                'u' => (char)int.Parse(escaped.AsSpan(index + 1, EscapedDigits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture),
                var plain => plain,
            });
            index += escaped[index] == 'u' ? EscapedDigits : 0;
        }

        // UTF-8 has no half characters: on the way through it they become U+FFFD.
        return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text.ToString()));
    }
}
