using System.Buffers;

namespace InferenceTracing.OpenInference;

/// <summary>
/// Photographs as the models want them: UINT8 <c>[N, 224, 224, 3]</c>, raw RGB, row by row, in one pooled buffer.
/// Whoever holds it disposes it, once; the buffer goes back to the pool then.
/// </summary>
public sealed class PixelTensor : IDisposable
{
    /// <summary>Name of the v2 input that carries it.</summary>
    public const string InputName = "image";

    /// <summary>Width and height of an image, in pixels.</summary>
    public const int Side = 224;

    /// <summary>Colours of a pixel: red, green, blue.</summary>
    public const int Channels = 3;

    /// <summary>Bytes of one image: 224 × 224 × 3 = 150,528.</summary>
    public const int BytesPerImage = Side * Side * Channels;

    private byte[]? _buffer;

    private PixelTensor(int count, byte[] buffer)
    {
        Count = count;
        _buffer = buffer;
    }

    /// <summary>N, the number of images.</summary>
    public int Count { get; }

    /// <summary>All pixels: <c>Count × BytesPerImage</c> bytes.</summary>
    /// <exception cref="ObjectDisposedException">After <see cref="Dispose"/>.</exception>
    public Memory<byte> Memory
    {
        get
        {
            ObjectDisposedException.ThrowIf(_buffer is null, this);
            return _buffer.AsMemory(0, Count * BytesPerImage);
        }
    }

    /// <summary>All pixels, as <see cref="Memory"/>.</summary>
    public Span<byte> Span => Memory.Span;

    /// <summary>A tensor for <paramref name="count"/> images whose content is whatever the buffer held before.</summary>
    public static PixelTensor Rent(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        return new PixelTensor(count, ArrayPool<byte>.Shared.Rent(count * BytesPerImage));
    }

    /// <summary>The pixels of image <paramref name="index"/>, 0 … N-1.</summary>
    public Span<byte> Image(int index) => Span.Slice(index * BytesPerImage, BytesPerImage);

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _buffer, null) is { } buffer)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
