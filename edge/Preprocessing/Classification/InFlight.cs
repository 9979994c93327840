using System.Threading.RateLimiting;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Classification;

/// <summary>Counts the photographs in the house, so that memory and the wait are bounded whatever arrives.</summary>
internal sealed class InFlight(IOptions<PreprocessingOptions> options) : IDisposable
{
    private const string TooBusy = "too_busy";

    private readonly ConcurrencyLimiter _limiter = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.InFlightLimit,
        QueueLimit = options.Value.QueueLimit,
    });

    /// <summary>A place, perhaps after a wait, given back when disposed. The wait is a span of its own, and counts against the deadline.</summary>
    /// <exception cref="InferenceException">503: the house is full; 504: the deadline passed at the door.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async ValueTask<RateLimitLease> EnterAsync(Deadline deadline, CancellationToken cancellationToken)
    {
        var place = _limiter.AttemptAcquire();

        if (!place.IsAcquired && options.Value.QueueLimit > 0)
        {
            place.Dispose();
            place = await WaitAsync(deadline, cancellationToken).ConfigureAwait(false);
        }

        if (!place.IsAcquired)
        {
            place.Dispose();
            throw new InferenceException(
                StatusCodes.Status503ServiceUnavailable, TooBusy, "Too many photographs at once; try again shortly.") { RetryAfter = TimeSpan.FromSeconds(1) };
        }

        return place;
    }

    private async ValueTask<RateLimitLease> WaitAsync(Deadline deadline, CancellationToken cancellationToken)
    {
        using var wait = Telemetry.Source.StartActivity("edge.queue");
        using var limit = deadline.Link(cancellationToken);

        try
        {
            var place = await _limiter.AcquireAsync(1, limit.Token).ConfigureAwait(false);

            if (!place.IsAcquired)
            {
                Telemetry.Fail(wait, TooBusy);
            }

            return place;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            const string TooLate = "The deadline passed while the photograph waited for its turn.";
            Telemetry.Fail(wait, "deadline_exceeded", TooLate);
            throw new InferenceException(StatusCodes.Status504GatewayTimeout, "deadline_exceeded", TooLate);
        }
    }

    public void Dispose() => _limiter.Dispose();
}
