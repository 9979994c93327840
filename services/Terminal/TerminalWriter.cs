using System.Text;

namespace InferenceTracing.Terminal;

/// <summary>
/// Standard output or error. In a locale that is not UTF-8 the signs and lines of our own have an ASCII form, which is as wide where it stands in a table. A
/// disk that is full, or a device that is gone, ends the output and nothing else.
/// </summary>
/// <param name="inner">Where it goes.</param>
/// <param name="ascii">Whether the reader's locale has no more.</param>
/// <param name="failed">Told of the first write that fails.</param>
internal sealed class TerminalWriter(TextWriter inner, bool ascii, Action<IOException> failed) : TextWriter
{
    // The bars of the load generator, lowest first.
    private const string Bars = "▁▂▃▄▅▆▇█", AsciiBars = "._-~=+*#";

    private bool _said;

    public override Encoding Encoding => inner.Encoding;

    public override void Write(char value) => Write([value]);

    public override void Write(string? value) => Write(value.AsSpan());

    public override void Write(char[] buffer, int index, int count) => Write(buffer.AsSpan(index, count));

    public override void Write(ReadOnlySpan<char> buffer)
    {
        try
        {
            inner.Write(ascii && buffer.ContainsAnyExceptInRange('\0', '\x7f') ? Ascii(buffer) : buffer);
        }
        catch (IOException failure)
        {
            Fail(failure);
        }
    }

    public override void Flush()
    {
        try
        {
            inner.Flush();
        }
        catch (IOException failure)
        {
            Fail(failure);
        }
    }

    private void Fail(IOException failure)
    {
        if (!_said)
        {
            _said = true;
            failed(failure);
        }
    }

    private static string Ascii(ReadOnlySpan<char> text)
    {
        var ascii = new StringBuilder(text.Length);

        foreach (var sign in text)
        {
            ascii.Append(Ascii(sign));
        }

        return ascii.ToString();
    }

    /// <summary>A sign that is not ours, such as a letter of a file's name, stays: what the locale has for it is its own affair.</summary>
    private static string Ascii(char sign) => sign switch
    {
        '✔' => "+",
        '✘' or '×' => "x",
        '·' or '–' => "-",
        '…' => "...",
        '→' => "->",
        'µ' => "u",
        '─' or '━' or '═' => "-",
        '│' or '┃' or '║' => "|",
        >= '\u2500' and <= '\u257f' => "+",
        >= '▁' and <= '█' => AsciiBars[Bars.IndexOf(sign, StringComparison.Ordinal)].ToString(),
        _ => sign.ToString(),
    };
}
