using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// The names of attributes, each in the file once: in a span's text stands the number of a name (<c>{"17":"GET"}</c>), or, where the table is
/// full, <c>=</c> and the name itself. Bounded, so nobody can fill the file with names; asked by many threads, written by the writer.
/// </summary>
internal sealed class Words
{
    private const int Most = 16_384;
    private const int Longest = 128;

    private readonly ConcurrentDictionary<string, JsonEncodedText> _written = new(StringComparer.Ordinal);
    private readonly string[] _texts = new string[Most + 1];
    private readonly Lock _lock = new();
    private readonly List<(int Id, string Text)> _pending = [];
    private int _last;

    public Words(Database database)
    {
        using var all = new Statement(database.Writer, "SELECT id, text FROM word");

        while (all.Step())
        {
            var (id, text) = ((int)all.Number(0), all.Text(1));
            _texts[id] = text;
            _written[text] = Encoded(id);
            _last = Math.Max(_last, id);
        }
    }

    /// <summary>How a name is written.</summary>
    public JsonEncodedText Write(string word)
    {
        if (_written.TryGetValue(word, out var known))
        {
            return known;
        }

        lock (_lock)
        {
            if (_last < Most && word.Length is > 0 and <= Longest && !_written.ContainsKey(word))
            {
                var id = ++_last;
                _texts[id] = word;
                _pending.Add((id, word));
                _written[word] = Encoded(id);
            }
        }

        return _written.TryGetValue(word, out known) ? known : JsonEncodedText.Encode("=" + word, Model.AttributeJson.Options.Encoder);
    }

    /// <summary>The name that was written so.</summary>
    public string Read(string written) => written.StartsWith('=') || !int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var id)
        ? written[1..]
        : _texts[id];

    /// <summary>Writes the names that the file lacks; they count as written once <see cref="Committed"/> is told so.</summary>
    /// <returns>How many.</returns>
    public int WritePending(Statement insert)
    {
        lock (_lock)
        {
            foreach (var (id, text) in _pending)
            {
                insert.With(id).With(text).Run();
            }

            return _pending.Count;
        }
    }

    public void Committed(int count)
    {
        lock (_lock)
        {
            _pending.RemoveRange(0, count);
        }
    }

    private static JsonEncodedText Encoded(int id) => JsonEncodedText.Encode(id.ToString(CultureInfo.InvariantCulture));
}
