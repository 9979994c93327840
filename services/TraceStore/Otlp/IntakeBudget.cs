using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Otlp;

/// <summary>The memory that request bodies may take together, so that many senders at once cannot do what one may not.</summary>
internal sealed class IntakeBudget(IOptions<OtlpOptions> options)
{
    private readonly long _limit = options.Value.MaxBytesInFlight;
    private long _taken;

    /// <summary>Bytes taken now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <exception cref="OtlpException">There is no room at the moment.</exception>
    public void Take(int bytes)
    {
        if (Interlocked.Add(ref _taken, bytes) <= _limit)
        {
            return;
        }

        Interlocked.Add(ref _taken, -bytes);
        throw new OtlpException(OtlpFault.Overloaded, "Too many bytes in flight (Otlp:MaxBytesInFlight); try again.");
    }

    public void Give(int bytes) => Interlocked.Add(ref _taken, -bytes);
}
