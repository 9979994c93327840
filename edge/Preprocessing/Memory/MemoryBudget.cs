using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Threading.RateLimiting;
using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Memory;

/// <summary>
/// The process's memory has one owner: whatever grows with what strangers send is taken from here first and given back when it is over. Three quarters of what
/// the process may use, less what the edge's own model takes, are given out (<see cref="PreprocessingOptions.MemoryBytes"/>), of that three quarters to decoding and one to
/// uploads; of the uploads' a part is for each one's first bytes, so that a few large ones leave room for the others.
/// </summary>
internal sealed class MemoryBudget : IDisposable
{
    private const int BytesPerPermit = 16 * 1024;
    private const int FirstBytes = 1024 * 1024;
    // A network of some megabytes, what ONNX Runtime keeps between its layers for a run on each core, and the outbox.
    private const long ModelBytes = 96L << 20;
    private const double ShareGivenOut = 0.75;
    private const double ShareForDecoding = 0.75;
    private const double ShareForFirstBytes = 0.25;

    private readonly ConcurrencyLimiter _decoding;
    private readonly ConcurrencyLimiter _small;
    private readonly ConcurrencyLimiter _large;

    public MemoryBudget(IOptions<PreprocessingOptions> options, IOptions<EdgeOptions> edge)
    {
        // In a container the collector knows the container's limit.
        var there = (long)(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * ShareGivenOut);
        var total = options.Value.MemoryBytes is var set and > 0 ? set : Math.Max(there / 4, there - (edge.Value.Votes ? ModelBytes : 0));
        DecodeBytes = (long)(total * ShareForDecoding);
        var uploads = total - DecodeBytes;
        _decoding = Limiter(DecodeBytes, wait: true);
        UploadBytes = (long)(uploads * (1 - ShareForFirstBytes));
        _small = Limiter(uploads - UploadBytes, wait: false);
        _large = Limiter(UploadBytes, wait: false);
    }

    /// <summary>What all pictures that are being decoded may take together.</summary>
    public long DecodeBytes { get; }

    /// <summary>What all large uploads may take together.</summary>
    public long UploadBytes { get; }

    /// <summary>Memory for decoding a picture, in the order in which it is asked for.</summary>
    /// <exception cref="ImageRejectedException">413: it would never be enough.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for it any more.</exception>
    public ValueTask<RateLimitLease> TakeForDecodingAsync(long bytes, CancellationToken cancellationToken) => bytes > DecodeBytes
        ? throw new ImageRejectedException(
            ImageRejectedException.TooMuchMemory,
            FormattableString.Invariant($"Decoding the image may take {bytes} bytes of memory; {DecodeBytes} are there for it."), StatusCodes.Status413PayloadTooLarge)
        : _decoding.AcquireAsync(Permits(bytes), cancellationToken);

    /// <summary>Memory for an upload that has grown to <paramref name="bytes"/>.</summary>
    /// <exception cref="ImageRejectedException">413: it would never be enough.</exception>
    /// <exception cref="InferenceException">503: the other uploads have it.</exception>
    public IDisposable TakeForUpload(int bytes)
    {
        if (bytes > UploadBytes)
        {
            throw new ImageRejectedException(
                ImageRejectedException.TooLarge,
                FormattableString.Invariant($"The file is longer than the {UploadBytes} bytes that are there for uploads."), StatusCodes.Status413PayloadTooLarge);
        }

        var lease = (bytes <= FirstBytes ? _small : _large).AttemptAcquire(Permits(bytes));

        if (lease.IsAcquired)
        {
            return lease;
        }

        lease.Dispose();
        throw new InferenceException(StatusCodes.Status503ServiceUnavailable, "too_busy", "Too many uploads at once; try again shortly.") { RetryAfter = TimeSpan.FromSeconds(1) };
    }

    public void Dispose()
    {
        _decoding.Dispose();
        _small.Dispose();
        _large.Dispose();
    }

    private static int Permits(long bytes) => (int)Math.Max(1, bytes / BytesPerPermit);

    private static ConcurrencyLimiter Limiter(long bytes, bool wait) => new(new ConcurrencyLimiterOptions
    {
        PermitLimit = (int)Math.Clamp(bytes / BytesPerPermit, 1, int.MaxValue),
        QueueLimit = wait ? int.MaxValue : 0,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });
}

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

/// <summary>
/// What a large picture took goes back to the kernel. ImageSharp's pool and glibc's malloc keep what is freed for the next picture, the latter in pieces between others
/// that are in use: that is right for photographs, of which none is far from the others, and leaves the process with much of the most that a stranger's file ever took.
/// </summary>
internal static partial class FreedMemory
{
    /// <summary>Bytes that a picture may take and leave behind: a camera's photograph of 12 megapixels, by either codec.</summary>
    private const long Usual = 64L * 1024 * 1024;

    // So long after the last large picture nobody is likely to need what they left on the managed heap.
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(2);

    private static readonly Timer Later = new(_ => GiveAllBack());

    /// <summary>To be called when a picture that may have taken so many <paramref name="bytes"/> is decoded; it takes some milliseconds for a large one.</summary>
    public static void GiveBack(long bytes)
    {
        if (bytes > Usual)
        {
            ImageSharpCodec.Release();
            _ = Trim(0);
            Later.Change(Quiet, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>One thorough collection, when the large pictures are over: while they come, each would only stop the others.</summary>
    private static void GiveAllBack()
    {
        ImageSharpCodec.Release();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive);
        _ = Trim(0);
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}

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
