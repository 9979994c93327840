using System.Runtime.InteropServices;

namespace InferenceTracing.Preprocessing.Imaging;

/// <summary>
/// Stops a picture's computation when its time is up or its caller has gone. libvips reports after every few rows; between two reports
/// it cannot be stopped, which is why a progressive JPEG's scans are limited as well.
/// </summary>
internal sealed unsafe class VipsWatch : IDisposable
{
    private readonly TimeProvider _clock;
    private readonly long _start;
    private readonly TimeSpan _limit;
    private readonly CancellationToken _cancellationToken;
    private GCHandle _self;

    /// <summary>Begins to count.</summary>
    public VipsWatch(TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        (_limit, _clock, _cancellationToken) = (limit, clock, cancellationToken);
        _start = clock.GetTimestamp();
        _self = GCHandle.Alloc(this);
    }

    /// <summary>True once the time is up.</summary>
    public bool TimeIsUp => _clock.GetElapsedTime(_start) >= _limit;

    /// <summary>Watches <paramref name="image"/>, the last one of a chain; it must not be computed any more when the watch is disposed.</summary>
    public void Over(nint image)
    {
        VipsNative.SetProgress(image, 1);
        _ = VipsNative.Connect(image, "eval", &OnProgress, GCHandle.ToIntPtr(_self), 0, 0);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_self.IsAllocated)
        {
            _self.Free();
        }
    }

    [UnmanagedCallersOnly]
    private static void OnProgress(nint image, nint progress, nint self)
    {
        var watch = (VipsWatch)GCHandle.FromIntPtr(self).Target!;
        if (watch._cancellationToken.IsCancellationRequested || watch.TimeIsUp)
        {
            VipsNative.SetKill(image, 1);
        }
    }
}
