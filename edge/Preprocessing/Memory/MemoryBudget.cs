using System.Threading.RateLimiting;
using InferenceTracing.Imaging;
using InferenceTracing.OpenInference;
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
