using System.Diagnostics;
using System.Threading.RateLimiting;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>Counts the photographs in the house, so that memory and the wait are bounded whatever arrives.</summary>
internal sealed class InFlight(IOptions<PreprocessingOptions> options, TimeProvider clock) : IDisposable
{
    private const int PerCore = 16;

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.MaxInFlight is var most and > 0 ? most : PerCore * Environment.ProcessorCount,
        QueueLimit = options.Value.QueueLimit,
    });

    /// <summary>A place, perhaps after a wait, given back when disposed; not acquired when the house is full. The wait is seen on the span of the request.</summary>
    public async ValueTask<RateLimitLease> EnterAsync(CancellationToken cancellationToken)
    {
        var place = _limiter.AttemptAcquire();

        if (place.IsAcquired || options.Value.QueueLimit == 0)
        {
            return place;
        }

        var began = clock.GetTimestamp();
        place = await _limiter.AcquireAsync(1, cancellationToken).ConfigureAwait(false);
        Activity.Current?.SetTag("preprocessing.queue_ms", Math.Round(clock.GetElapsedTime(began).TotalMilliseconds, 3));
        return place;
    }

    public void Dispose() => _limiter.Dispose();
}
