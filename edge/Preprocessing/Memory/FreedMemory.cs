using System.Runtime.InteropServices;
using InferenceTracing.Imaging;

namespace InferenceTracing.Preprocessing.Memory;

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
