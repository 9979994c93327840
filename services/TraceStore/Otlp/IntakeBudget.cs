using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>
/// The memory that export requests may take together, from their first byte until they are stored: bodies as they arrive and unpacked, and what is
/// made of them. It is taken before the memory is.
/// </summary>
internal sealed class IntakeBudget(IOptions<OtlpOptions> options)
{
    private readonly long _limit = options.Value.MaxBytesInFlight;
    private long _taken;

    /// <summary>Bytes taken now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes bytes until the answer is disposed.</summary>
    /// <param name="bytes">How many.</param>
    /// <param name="held">How many the same request has already.</param>
    /// <exception cref="OtlpException">There is no room at the moment, or never for so many.</exception>
    public IDisposable Take(long bytes, long held = 0)
    {
        if (bytes + held > _limit)
        {
            throw new OtlpException(OtlpFault.TooLarge, "The request takes more memory than all may (Otlp:MaxBytesInFlight); send fewer spans at once.");
        }

        if (Interlocked.Add(ref _taken, bytes) <= _limit)
        {
            return new Lease(this, bytes);
        }

        Interlocked.Add(ref _taken, -bytes);
        throw new OtlpException(OtlpFault.Overloaded, "Too many bytes in flight (Otlp:MaxBytesInFlight); try again.");
    }

    private sealed class Lease(IntakeBudget budget, long bytes) : IDisposable
    {
        private long _bytes = bytes;

        public void Dispose() => Interlocked.Add(ref budget._taken, -Interlocked.Exchange(ref _bytes, 0));
    }
}
