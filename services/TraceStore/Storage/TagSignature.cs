using System.IO.Hashing;
using System.Runtime.InteropServices;
using InferenceTracing.TraceStore.Model;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>
/// A Bloom filter (four hashes, 1024 bits) over the tags of a trace, so that a search for a rare tag need not read every span of every trace. A failure is one of them.
/// It is kept in the file, so its hashes are the same in every process: XxHash3 of the key and of the value as text.
/// </summary>
internal sealed class TagSignature
{
    /// <summary>Bytes in the file.</summary>
    public const int Size = Words * sizeof(ulong);

    private const int Words = 16;
    private const int BitMask = (Words * 64) - 1;
    private const int Hashes = 4;

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

    /// <summary>What a tag is looked for by.</summary>
    public static ulong HashOf(string key, string value) =>
        XxHash3.HashToUInt64(MemoryMarshal.AsBytes(value.AsSpan()), (long)XxHash3.HashToUInt64(MemoryMarshal.AsBytes(key.AsSpan())));

    /// <summary>Whether a signature in the file may have the tag with that hash.</summary>
    public static bool MayHave(ReadOnlySpan<byte> signature, ulong hash)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(signature);

        for (var turn = 0; turn < Hashes; turn++)
        {
            if ((words[Bit(hash, turn) >> 6] & (1UL << (Bit(hash, turn) & 63))) == 0)
            {
                return false;
            }
        }

        return true;
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

        if (span.Status == SpanStatus.Error)
        {
            Add(SpanTags.Error, SpanTags.True);
        }

        foreach (var happened in span.Events)
        {
            Add(SpanTags.Event, happened.Name);
            Add(happened.Attributes);
        }
    }

    private static int Bit(ulong hash, int turn) => (int)(hash >> (16 * turn)) & BitMask;

    private void Add(SpanAttribute[] attributes)
    {
        foreach (var (key, value) in attributes)
        {
            Add(key, value.ToString());
        }
    }

    private void Add(string key, string value)
    {
        var hash = HashOf(key, value);

        for (var turn = 0; turn < Hashes; turn++)
        {
            _words[Bit(hash, turn) >> 6] |= 1UL << (Bit(hash, turn) & 63);
        }
    }
}
