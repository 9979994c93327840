using System.Buffers;
using System.IO.MemoryMappedFiles;

namespace InferenceTracing.ServiceDefaults.Requests;

/// <summary>A body in a buffer that grows as bytes arrive, so that a sender's claim of a length costs no memory. Its reader disposes it.</summary>
public sealed class PooledBody : IDisposable
{
    private const int FirstBytes = 16 * 1024;

    // What is larger is rare, and kept for the next one it would be most of the process.
    private const int LargestPooled = 1024 * 1024;

    private readonly int _most;
    private readonly Func<int, IDisposable>? _take;
    private IMemoryOwner<byte>? _buffer;
    private IDisposable? _taken;

    private PooledBody(int limit, Func<int, IDisposable>? take) => (_most, _take) = (limit, take);

    /// <summary>Bytes read.</summary>
    public int Length { get; private set; }

    /// <summary>The whole body, until it is disposed.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer is null ? default : _buffer.Memory[..Length];

    /// <summary>Reads <paramref name="stream"/> to its end; null when it is longer than <paramref name="limit"/> bytes.</summary>
    /// <param name="stream">The body.</param>
    /// <param name="limit">Bytes it may have.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="take">Asked before the buffer is made or grows to so many bytes; what it answers is disposed when they are given back. It may throw.</param>
    public static async Task<PooledBody?> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken, Func<int, IDisposable>? take = null)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var body = new PooledBody(limit, take);

        try
        {
            // A full buffer need not grow to see that there is more.
            while (await stream.ReadAsync(body.Length < limit ? body.Free() : new byte[1], cancellationToken).ConfigureAwait(false) is var read and > 0)
            {
                body.Length += read;

                if (body.Length > limit)
                {
                    body.Dispose();
                    return null;
                }
            }

            return body;
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Interlocked.Exchange(ref _buffer, null)?.Dispose();
        Interlocked.Exchange(ref _taken, null)?.Dispose();
    }

    private Memory<byte> Free()
    {
        if (_buffer is null || Length == _buffer.Memory.Length)
        {
            var bytes = _buffer is null ? FirstBytes : (int)Math.Min(_most, _buffer.Memory.Length * 2L);
            var taken = _take?.Invoke(bytes);
            var larger = bytes <= LargestPooled ? MemoryPool<byte>.Shared.Rent(bytes) : new NativeBlock(bytes);
            Memory.CopyTo(larger.Memory);
            Dispose();
            (_buffer, _taken) = (larger, taken);
        }

        return _buffer!.Memory[Length..];
    }
}

/// <summary>
/// Memory of the operating system's, which is its again at once when it is given back: the collector's would stay until the next full collection, and
/// the C library keeps what was freed for the thread that had it.
/// </summary>
internal sealed unsafe class NativeBlock : MemoryManager<byte>
{
    private readonly int _length;
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _memory;

    public NativeBlock(int length)
    {
        _length = length;
        _file = MemoryMappedFile.CreateNew(null, length);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _memory);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan()
    {
        ObjectDisposedException.ThrowIf(_memory is null, this);
        return new Span<byte>(_memory, _length);
    }

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(_memory + elementIndex);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (_memory is not null)
        {
            _memory = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
