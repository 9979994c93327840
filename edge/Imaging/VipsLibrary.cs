using System.Runtime.InteropServices;
using InferenceTracing.ServiceDefaults;

namespace InferenceTracing.Imaging;

/// <summary>Starts libvips once for the process.</summary>
internal static unsafe class VipsLibrary
{
    private const int WarningsAndLower = 0xF0;

    private static readonly Lazy<bool> Started = new(Start);

    /// <summary>Starts libvips unless it runs already.</summary>
    /// <exception cref="StartupException">The library is missing or does not start.</exception>
    public static void EnsureStarted() => _ = Started.Value;

    private static bool Start()
    {
        try
        {
            if (VipsNative.Init("preprocessing") != 0)
            {
                throw new StartupException($"libvips does not start: {VipsException.Take().Message}");
            }
        }
        catch (Exception failure) when (failure is DllNotFoundException or BadImageFormatException or EntryPointNotFoundException)
        {
            throw new StartupException(
                $"{VipsNative.Library} cannot be loaded: it comes with the program, for Linux with glibc on x64 and arm64.",
                failure);
        }

        // Requests run beside each other already, and no two of them are for the same picture.
        VipsNative.SetConcurrency(1);
        VipsNative.SetCacheMax(0);

        // The library reads dozens of formats; a stranger's file shall reach three decoders and no other.
        VipsNative.BlockOperations("VipsForeignLoad", 1);
        VipsNative.BlockOperations("VipsForeignLoadJpegSource", 0);
        VipsNative.BlockOperations("VipsForeignLoadPngSource", 0);
        VipsNative.BlockOperations("VipsForeignLoadWebpSource", 0);

        // It would write a line to standard error for every blemish of every picture.
        _ = VipsNative.SetLogHandler("VIPS", WarningsAndLower, &Ignore, 0);
        return true;
    }

    [UnmanagedCallersOnly]
    private static void Ignore(nint domain, int level, nint message, nint data)
    {
    }
}
