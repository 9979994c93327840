using System.IO.Compression;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// The memory that export requests may take together, from their first byte until they are stored: bodies as they arrive and unpacked, and what is
/// made of them. It is taken before the memory is.
/// </summary>
internal sealed class IntakeBudget(IOptions<OtlpOptions> options)
{
    private readonly OtlpOptions _limits = options.Value;
    private long _taken;

    /// <summary>Bytes taken now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes bytes until the answer is disposed.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="held">How many the same request has already.</param>
    /// <exception cref="OtlpException">There is no room at the moment, or never for so many.</exception>
    public IDisposable Take(long bytes, long held = 0)
    {
        if (bytes + held > _limits.MaxBytesInFlight)
        {
            throw new OtlpException(OtlpFault.TooLarge, "The request takes more memory than all may (Otlp:MaxBytesInFlight); send fewer spans at once.");
        }

        if (Interlocked.Add(ref _taken, bytes) <= _limits.MaxBytesInFlight)
        {
            return new Lease(this, bytes);
        }

        Interlocked.Add(ref _taken, -bytes);
        throw new OtlpException(OtlpFault.Overloaded, "Too many bytes in flight (Otlp:MaxBytesInFlight); try again.");
    }

    /// <summary>The body of an export, unpacked, all of it counted while it arrives.</summary>
    /// <exception cref="OtlpException">It is too long, is not what its encoding says, or there is no room for it.</exception>
    public async Task<PooledBody> ReadAsync(Stream body, string encoding, CancellationToken cancellationToken)
    {
        await using var unpacked = encoding switch
        {
            "" or "identity" => null,
            "gzip" => (Stream)new GZipStream(body, CompressionMode.Decompress, leaveOpen: true),
            "deflate" => new ZLibStream(body, CompressionMode.Decompress, leaveOpen: true),
            _ => throw new OtlpException(OtlpFault.Unsupported, "The content encoding must be gzip, deflate or identity."),
        };
        var limit = unpacked is null ? _limits.MaxBodyBytes : _limits.MaxDecompressedBytes;

        try
        {
            return await PooledBody.ReadAsync(unpacked ?? body, limit, cancellationToken, bytes => Take(bytes))
                ?? throw new OtlpException(OtlpFault.TooLarge, $"The message is longer than {limit} bytes.");
        }
        catch (InvalidDataException corrupt)
        {
            throw new OtlpException(OtlpFault.Malformed, $"The body is not valid {encoding}.", corrupt);
        }
        catch (BadHttpRequestException refused) when (refused.StatusCode == StatusCodes.Status413PayloadTooLarge)
        {
            throw new OtlpException(OtlpFault.TooLarge, "The body is longer than Otlp:MaxBodyBytes.", refused);
        }
    }

    /// <summary>What arrives is limited before anything is unpacked.</summary>
    public static void Limit(HttpContext context, long bytes)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = bytes;
        }
    }

    private sealed class Lease(IntakeBudget budget, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose() => Interlocked.Add(ref budget._taken, -Interlocked.Exchange(ref _bytes, 0));
    }
}
