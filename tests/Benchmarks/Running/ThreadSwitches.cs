using System.Globalization;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>How often a process's threads go to sleep and are woken, from /proc.</summary>
internal static class ThreadSwitches
{
    private const string Voluntary = "voluntary_ctxt_switches:";

    /// <summary>How often so far, all threads that are there; not a number where there is no /proc.</summary>
    public static double OfProcess(int id)
    {
        var threads = $"/proc/{id}/task";
        return Directory.Exists(threads) ? Directory.GetDirectories(threads).Sum(OfThread) : double.NaN;
    }

    private static double OfThread(string folder)
    {
        try
        {
            var line = File.ReadLines(Path.Combine(folder, "status")).First(line => line.StartsWith(Voluntary, StringComparison.Ordinal));
            return double.Parse(line[Voluntary.Length..], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended since the folder was listed.
            return 0;
        }
    }
}
