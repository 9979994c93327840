using System.Diagnostics;
using System.Threading.RateLimiting;
using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Memory;

/// <summary>Where photographs are decoded. Decoding is nothing but arithmetic: more of it at once than there are cores only makes everybody wait.</summary>
internal sealed class DecodePlaces(MemoryBudget memory, IOptions<PreprocessingOptions> options) : IDisposable
{
    private readonly ConcurrencyLimiter _decoders = new(new ConcurrencyLimiterOptions
    {
        PermitLimit = options.Value.DecodeSlots is var slots and > 0 ? slots : Environment.ProcessorCount,
        QueueLimit = int.MaxValue,
    });

    /// <summary>A decoder and memory for it, perhaps after a wait, which is a span of its own.</summary>
    /// <exception cref="ImageRejectedException">413: there is not so much memory.</exception>
    /// <exception cref="InferenceException">504: the deadline passed.</exception>
    /// <exception cref="OperationCanceledException">The caller has gone.</exception>
    public async ValueTask<DecodePlace> EnterAsync(long bytes, Deadline deadline, CancellationToken cancellationToken)
    {
        using var limit = deadline.Link(cancellationToken);
        var room = memory.TakeForDecodingAsync(bytes, limit.Token);

        if (room.IsCompletedSuccessfully && _decoders.AttemptAcquire() is { IsAcquired: true } decoder)
        {
            return new DecodePlace(await room.ConfigureAwait(false), decoder);
        }

        using var wait = Telemetry.Source.StartActivity("edge.queue");

        try
        {
            var taken = await room.ConfigureAwait(false);

            try
            {
                return new DecodePlace(taken, await _decoders.AcquireAsync(1, limit.Token).ConfigureAwait(false));
            }
            catch
            {
                taken.Dispose();
                throw;
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            const string TooLate = "The deadline passed before the photograph was decoded.";
            Telemetry.Fail(wait, "deadline_exceeded", TooLate);
            throw new InferenceException(StatusCodes.Status504GatewayTimeout, "deadline_exceeded", TooLate);
        }
    }

    public void Dispose() => _decoders.Dispose();
}

/// <summary>A decoder and its memory, given back when disposed.</summary>
internal sealed class DecodePlace(RateLimitLease memory, RateLimitLease decoder) : IDisposable
{
    public void Dispose()
    {
        decoder.Dispose();
        memory.Dispose();
    }
}
