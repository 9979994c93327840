using System.Threading.RateLimiting;
using InferenceTracing.OpenInference;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Cluster;

/// <summary>
/// Photographs under way at the cluster. Those that the edge can answer by itself may take half of the house: a cluster that is late, or has too much to do, is not to fill it,
/// and who finds it so has the edge's answer at once.
/// </summary>
internal sealed class ClusterPlaces(LiveTraffic live, IOptions<PreprocessingOptions> options) : IDisposable
{
    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions { PermitLimit = Math.Max(1, options.Value.InFlightLimit / 2), QueueLimit = 0 });

    /// <summary>A place, given back when disposed.</summary>
    /// <exception cref="InferenceException">429: there is none, and it can be answered without.</exception>
    public Place Enter(bool mayGoWithout)
    {
        var lease = mayGoWithout ? _limiter.AttemptAcquire() : null;

        if (lease is { IsAcquired: false })
        {
            lease.Dispose();
            throw new InferenceException(StatusCodes.Status429TooManyRequests, "too_busy", "As many photographs as may be are under way at the cluster.");
        }

        return new Place(live.Enter(), lease);
    }

    public void Dispose() => _limiter.Dispose();

    /// <summary>A photograph under way at the cluster.</summary>
    internal readonly struct Place(LiveTraffic.Visit visit, RateLimitLease? lease) : IDisposable
    {
        public void Dispose()
        {
            lease?.Dispose();
            visit.Dispose();
        }
    }
}
