using System.Globalization;
using System.Runtime.InteropServices;

namespace InferenceTracing.Terminal;

/// <summary>The machine that something was measured on, in one line: processor, cores, memory this process may use, system, runtime.</summary>
public static class Machine
{
    private const double Gibi = 1 << 30;

    /// <summary>As in <c>Intel(R) Xeon(R) @ 2.80GHz, 2 cores, 23.5 GiB, Debian GNU/Linux 12 (bookworm), .NET 10.0.1</c>.</summary>
    public static string Description { get; } = string.Create(
        CultureInfo.InvariantCulture,
        $"{Processor()}, {Environment.ProcessorCount} cores, {GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / Gibi:0.#} GiB, {RuntimeInformation.OSDescription}, .NET {Environment.Version}");

    private static string Processor()
    {
        const string Unnamed = "an unnamed processor";

        return File.Exists("/proc/cpuinfo")
            ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? Unnamed
            : Unnamed;
    }
}
