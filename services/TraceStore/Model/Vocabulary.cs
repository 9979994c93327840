using System.Collections.Concurrent;
using System.Text;

namespace InferenceTracing.TraceStore.Model;

/// <summary>
/// The words all spans share: attribute keys, span, service and scope names, and whole resources, each kept once however often it is sent.
/// Bounded: a vocabulary that outgrows its limits starts afresh, which costs memory for a while and nothing else.
/// </summary>
internal sealed class Vocabulary
{
    private const int MaxWords = 16_384;
    private const int MaxWordLength = 128;
    private const int MaxResources = 1_024;
    private const int MaxResourceLength = 4_096;

    private readonly ConcurrentDictionary<string, string> _words = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Resource> _resources = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<(string Name, string Version), Scope> _scopes = new();
    private int _wordCount;

    /// <summary>The one copy of a word.</summary>
    public string Word(string word)
    {
        if (word.Length is 0 or > MaxWordLength)
        {
            return word;
        }

        if (_words.TryGetValue(word, out var known))
        {
            return known;
        }

        // Count is costly on a concurrent dictionary: it takes every lock.
        if (Interlocked.Increment(ref _wordCount) > MaxWords)
        {
            _words.Clear();
            Interlocked.Exchange(ref _wordCount, 0);
        }

        return _words.GetOrAdd(word, word);
    }

    /// <summary>The one copy of a resource with these attributes.</summary>
    public Resource Resource(SpanAttribute[] attributes)
    {
        var text = new StringBuilder();

        foreach (var (key, value) in attributes)
        {
            text.Append(key).Append('\u001e').Append((int)value.Kind).Append(value).Append('\u001f');

            if (text.Length > MaxResourceLength)
            {
                return Create(attributes);
            }
        }

        if (_resources.TryGetValue(text.ToString(), out var known))
        {
            return known;
        }

        if (_resources.Count > MaxResources)
        {
            _resources.Clear();
        }

        return _resources.GetOrAdd(text.ToString(), Create(attributes));
    }

    /// <summary>The one copy of a scope.</summary>
    public Scope Scope(string name, string version, SpanAttribute[] attributes)
    {
        if (attributes.Length > 0 || name.Length + version.Length > MaxWordLength)
        {
            return new Scope(name, version, attributes);
        }

        if (_scopes.TryGetValue((name, version), out var known))
        {
            return known;
        }

        if (_scopes.Count > MaxResources)
        {
            _scopes.Clear();
        }

        return _scopes.GetOrAdd((name, version), new Scope(name, version, []));
    }

    private Resource Create(SpanAttribute[] attributes) => new(Word(Model.Resource.NameIn(attributes)), attributes);
}
