using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// A Bloom filter (one hash, 1024 bits) over the tags of a trace, so that a search for a rare tag need not read every span of every trace.
/// Bits are only ever set: reading beside a writer can miss no tag that was there when the read began.
/// </summary>
internal sealed class TagSignature
{
    /// <summary>Memory taken.</summary>
    public const int Bytes = 176;

    private const int Words = 16;

    private readonly ulong[] _words = new ulong[Words];

    /// <summary>The tags of some spans, taken where no lock is held: it makes text of every value.</summary>
    public static TagSignature Of(IEnumerable<Span> spans)
    {
        var signature = new TagSignature();
        SpanOrigin? origin = null;

        foreach (var span in spans)
        {
            signature.Add(span.Attributes);

            foreach (var happened in span.Events)
            {
                signature.Add(happened.Attributes);
            }

            if (span.Origin != origin)
            {
                origin = span.Origin;
                signature.Add(origin.Resource.Attributes);
                signature.Add(origin.Scope.Attributes);
            }
        }

        return signature;
    }

    public void Join(TagSignature other)
    {
        for (var word = 0; word < Words; word++)
        {
            _words[word] |= other._words[word];
        }
    }

    public bool MayHave(string key, string value)
    {
        var hash = Hash(key, value);
        return (_words[hash >> 6 & (Words - 1)] & 1UL << (hash & 63)) != 0;
    }

    private void Add(SpanAttribute[] attributes)
    {
        foreach (var (key, value) in attributes)
        {
            var hash = Hash(key, value.ToString());
            _words[hash >> 6 & (Words - 1)] |= 1UL << (hash & 63);
        }
    }

    private static int Hash(string key, string value) => HashCode.Combine(key.GetHashCode(), value.GetHashCode());
}
