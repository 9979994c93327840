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

    /// <summary>To be called when a picture that may have taken so many <paramref name="bytes"/> is decoded; it takes some milliseconds for a large one.</summary>
    public static void GiveBack(long bytes)
    {
        if (bytes > Usual)
        {
            ImageSharpCodec.Release();
            _ = Trim(0);
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);
}
