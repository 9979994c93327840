using System.Buffers;

namespace InferenceTracing.ServiceDefaults.Requests;

/// <summary>A body in a pooled buffer that grows as bytes arrive, so that a sender's claim of a length costs no memory. Its reader disposes it.</summary>
public sealed class PooledBody : IDisposable
{
    private const int FirstBytes = 16 * 1024;

    private byte[] _buffer;

    private PooledBody(int capacity) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes read.</summary>
    public int Length { get; private set; }

    /// <summary>The whole body, until it is disposed.</summary>
    public ReadOnlyMemory<byte> Memory => _buffer.AsMemory(0, Length);

    /// <summary>Reads <paramref name="stream"/> to its end; null when it is longer than <paramref name="limit"/> bytes.</summary>
    public static async Task<PooledBody?> ReadAsync(Stream stream, int limit, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(stream);
        var body = new PooledBody(FirstBytes);

        try
        {
            while (await stream.ReadAsync(body.Free(), cancellationToken).ConfigureAwait(false) is var read and > 0)
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
        var buffer = Interlocked.Exchange(ref _buffer, []);

        if (buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Memory<byte> Free()
    {
        if (Length == _buffer.Length)
        {
            var larger = ArrayPool<byte>.Shared.Rent(_buffer.Length * 2);
            _buffer.AsSpan(0, Length).CopyTo(larger);
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = larger;
        }

        return _buffer.AsMemory(Length);
    }
}
