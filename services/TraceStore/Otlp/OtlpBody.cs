using System.Buffers;
using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>One whole message in a rented buffer that grows with what arrives, never with what a header promises.</summary>
internal sealed class OtlpBody : IDisposable
{
    private const int FirstBytes = 16 << 10;

    private readonly IntakeBudget _budget;
    private byte[] _buffer;
    private int _length;
    private int _taken;

    private OtlpBody(IntakeBudget budget)
    {
        budget.Take(FirstBytes);
        _taken = FirstBytes;
        _budget = budget;
        _buffer = ArrayPool<byte>.Shared.Rent(FirstBytes);
    }

    /// <summary>Valid until disposed.</summary>
    public ArraySegment<byte> Content => new(_buffer, 0, _length);

    /// <summary>Reads <paramref name="source"/> to its end.</summary>
    /// <exception cref="OtlpException">It is longer than <paramref name="limit"/>, is not valid gzip, or there is no room for it.</exception>
    public static async Task<OtlpBody> ReadAsync(Stream source, int limit, IntakeBudget budget, CancellationToken cancellationToken)
    {
        var body = new OtlpBody(budget);

        try
        {
            await body.FillAsync(source, limit, cancellationToken);
            return body;
        }
        catch (InvalidDataException corrupt)
        {
            body.Dispose();
            throw new OtlpException(OtlpFault.Malformed, "The body is not valid gzip.", corrupt);
        }
        catch (BadHttpRequestException refused) when (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            body.Dispose();
            throw new OtlpException(OtlpFault.TooLarge, "The body is longer than Otlp:MaxBodyBytes.", refused);
        }
        catch
        {
            body.Dispose();
            throw;
        }
    }

    /// <summary>Reads a gzip stream, and no more of it than <paramref name="limit"/> bytes of content.</summary>
    public static async Task<OtlpBody> GunzipAsync(Stream source, int limit, IntakeBudget budget, CancellationToken cancellationToken)
    {
        await using var gunzip = new GZipStream(source, CompressionMode.Decompress, leaveOpen: true);
        return await ReadAsync(gunzip, limit, budget, cancellationToken);
    }

    public void Dispose()
    {
        if (_taken == 0)
        {
            return;
        }

        _budget.Give(_taken);
        _taken = 0;
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = [];
        _length = 0;
    }

    private async Task FillAsync(Stream source, int limit, CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await source.ReadAsync(_buffer.AsMemory(_length), cancellationToken);

            if (read == 0)
            {
                return;
            }

            _length += read;

            if (_length > limit)
            {
                throw new OtlpException(OtlpFault.TooLarge, $"The message is longer than {limit} bytes.");
            }

            if (_length == _buffer.Length)
            {
                Grow();
            }
        }
    }

    private void Grow()
    {
        var size = _buffer.Length * 2;
        _budget.Take(size - _taken);
        _taken = size;
        var larger = ArrayPool<byte>.Shared.Rent(size);
        _buffer.AsSpan(0, _length).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}

/// <summary>How an export request and its answer are written.</summary>
internal enum OtlpEncoding
{
    Protobuf,
    Json,
}
