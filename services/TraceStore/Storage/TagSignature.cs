using System.IO.Hashing;
using System.Runtime.InteropServices;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// A Bloom filter (two hashes, 1024 bits) over the tags of a trace, so that a search for a rare tag need not read every span of every trace.
/// It is kept in the file, so its hashes are the same in every process: XxHash3 of the key and of the value as text.
/// </summary>
internal sealed class TagSignature
{
    /// <summary>Bytes in the file.</summary>
    public const int Size = Words * sizeof(ulong);

    private const int Words = 16;
    private const int BitMask = (Words * 64) - 1;

    private readonly ulong[] _words = new ulong[Words];

    public TagSignature()
    {
    }

    /// <summary>As it was written.</summary>
    public TagSignature(ReadOnlySpan<byte> bytes) => bytes.CopyTo(MemoryMarshal.AsBytes(_words.AsSpan()));

    public ReadOnlySpan<byte> Bytes => MemoryMarshal.AsBytes(_words.AsSpan());

    /// <summary>The tags that all spans of an origin share.</summary>
    public static TagSignature Of(SpanOrigin origin)
    {
        var signature = new TagSignature();
        signature.Add(origin.Resource.Attributes);
        signature.Add(origin.Scope.Attributes);
        return signature;
    }

    /// <summary>Which bits a tag sets.</summary>
    public static (int One, int Other) BitsOf(string key, string value)
    {
        var hash = XxHash3.HashToUInt64(MemoryMarshal.AsBytes(value.AsSpan()), (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan())));
        return ((int)hash & BitMask, (int)(hash >> 32) & BitMask);
    }

    /// <summary>Whether a signature in the file may have the tag of those bits.</summary>
    public static bool MayHave(ReadOnlySpan<byte> signature, (int One, int Other) bits)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(signature);
        return Has(words, bits.One) && Has(words, bits.Other);
    }

    public void Join(TagSignature other)
    {
        for (var word = 0; word < Words; word++)
        {
            _words[word] |= other._words[word];
        }
    }

    /// <summary>The tags of the span itself.</summary>
    public void Add(Span span)
    {
        Add(span.Attributes);

        foreach (var happened in span.Events)
        {
            Add(SpanTags.Event, happened.Name);
            Add(happened.Attributes);
        }
    }

    private static bool Has(ReadOnlySpan<ulong> words, int bit) => (words[bit >> 6] & (1UL << (bit & 63))) != 0;

    private void Add(SpanAttribute[] attributes)
    {
        foreach (var (key, value) in attributes)
        {
            Add(key, value.ToString());
        }
    }

    private void Add(string key, string value)
    {
        var (one, other) = BitsOf(key, value);
        _words[one >> 6] |= 1UL << (one & 63);
        _words[other >> 6] |= 1UL << (other & 63);
    }
}
