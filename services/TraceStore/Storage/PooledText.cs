using System.Buffers;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>A buffer that grows, rented: what the rows of one export are written to before they are stored.</summary>
internal sealed class PooledText : IBufferWriter<byte>, IDisposable
{
    private const int FirstBytes = 4_096;

    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    public ReadOnlySpan<byte> Slice(TextRange range) => _buffer.AsSpan(range.Start, range.Length);

    public void Advance(int count) => Length += count;

    public Memory<byte> GetMemory(int sizeHint = 0) => Free(sizeHint);

    public Span<byte> GetSpan(int sizeHint = 0) => Free(sizeHint).Span;

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        Length = 0;
    }

    private Memory<byte> Free(int sizeHint)
    {
        if (_buffer.Length - Length < Math.Max(sizeHint, 1))
        {
            var larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, Length + sizeHint));
            _buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(Length);
    }
}

/// <summary>Where a text lies in a <see cref="PooledText"/>.</summary>
internal readonly record struct TextRange(int Start, int Length);
