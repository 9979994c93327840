using System.Globalization;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>A process's memory, from /proc.</summary>
internal static class ResidentSize
{
    /// <summary>MiB in memory now; not a number where there is no /proc.</summary>
    public static double OfProcess(int id)
    {
        var status = $"/proc/{id}/status";
        var line = File.Exists(status) ? File.ReadLines(status).FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal)) : null;
        return line is null ? double.NaN : double.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) / 1024;
    }
}
