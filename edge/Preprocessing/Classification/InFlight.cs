using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>Counts the photographs in the house, so that memory and the wait are bounded whatever arrives.</summary>
internal sealed class InFlight(IOptions<PreprocessingOptions> options) : IDisposable
{
    private const int PerCore = 16;

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.MaxInFlight is var most and > 0 ? most : PerCore * Environment.ProcessorCount,
        QueueLimit = 0,
    });

    /// <summary>A place, given back when disposed; not acquired when the house is full.</summary>
    public RateLimitLease TryEnter() => _limiter.AttemptAcquire();

    public void Dispose() => _limiter.Dispose();
}
