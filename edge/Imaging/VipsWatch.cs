using System.Runtime.InteropServices;

namespace InferenceTracing.Imaging;

/// <summary>
/// Stops a picture's computation when nobody waits for it any more. libvips reports after every few rows; between two reports it cannot be
/// stopped, which is why a progressive JPEG's scans are limited as well.
/// </summary>
internal sealed unsafe class VipsWatch : IDisposable
{
    private readonly CancellationToken _stop;
    private GCHandle _self;

    public VipsWatch(CancellationToken stop)
    {
        _stop = stop;
        _self = GCHandle.Alloc(this);
    }

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

        if (watch._stop.IsCancellationRequested)
        {
            VipsNative.SetKill(image, 1);
        }
    }
}
