using System.Globalization;
using System.Runtime.InteropServices;
using InferenceTracing.Imaging;

namespace InferenceTracing.Preprocessing.Tests.Imaging.Pictures;

/// <summary>The most memory this process has had resident at once since a moment, from the kernel's own count (proc_pid_clear_refs(5), proc_pid_status(5)).</summary>
internal static partial class ResidentPeak
{
    /// <summary>Bytes that <paramref name="work"/> added at its worst moment to what was resident before it.</summary>
    public static long Of(Action work)
    {
        ImageSharpCodec.Release();
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = Trim(0);
        File.WriteAllText("/proc/self/clear_refs", "5");
        var before = Read("VmRSS:");
        work();
        return Math.Max(0, Read("VmHWM:") - before);
    }

    /// <summary>Gives freed memory back to the kernel (malloc_trim(3)).</summary>
    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    private static partial int Trim(nuint pad);

    private static long Read(string name) => 1024 * File.ReadLines("/proc/self/status")
        .Where(line => line.StartsWith(name, StringComparison.Ordinal))
        .Select(line => long.Parse(line.AsSpan(name.Length).TrimEnd("kB").Trim(), CultureInfo.InvariantCulture)).Single();
}
