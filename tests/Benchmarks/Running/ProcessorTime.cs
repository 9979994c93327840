using System.Diagnostics;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>What each process of a system has taken of the cores, and this one, which holds the load generator.</summary>
internal sealed class ProcessorTime
{
    public const string LoadGenerator = "load generator";

    private readonly IReadOnlyList<(string Name, int Id, TimeSpan Used)> _processes;
    private readonly long _at = Stopwatch.GetTimestamp();

    private ProcessorTime(IEnumerable<(string Name, int Id)> processes) =>
        _processes = [.. processes.Select(process => (process.Name, process.Id, Used(process.Id)))];

    /// <summary>Reads all clocks now.</summary>
    public static ProcessorTime Read(ServiceFleet fleet) =>
        new([.. fleet.Processes.Select(process => (process.Spec.Name, process.Id)), (LoadGenerator, Environment.ProcessId)]);

    /// <summary>Cores that each was busy with since then: 1 is one core all the time.</summary>
    public IReadOnlyList<(string Name, double Cores)> CoresSince()
    {
        var passed = Stopwatch.GetElapsedTime(_at);
        return [.. _processes.Select(process => (process.Name, (Used(process.Id) - process.Used) / passed))];
    }

    private static TimeSpan Used(int id)
    {
        using var process = Process.GetProcessById(id);
        return process.TotalProcessorTime;
    }
}
