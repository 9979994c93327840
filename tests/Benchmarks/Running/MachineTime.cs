using System.Globalization;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>What the whole machine has worked, whoever it was for: what is not ours of it, others took from what is measured.</summary>
internal sealed class MachineTime
{
    private const string Counters = "/proc/stat";
    private const double TicksPerSecond = 100;

    // user, nice, system, idle, iowait, irq, softirq, steal: all but idle and iowait are time that nobody else had.
    private const int Idle = 3, Waiting = 4, Fields = 8;

    private readonly double _busy = Busy();

    /// <summary>Seconds of cores since then; null where the system does not say.</summary>
    public double? Worked => Busy() - _busy is var worked && double.IsFinite(worked) ? worked : null;

    private static double Busy() => !File.Exists(Counters) ? double.NaN : File.ReadLines(Counters).First().Split(' ', StringSplitOptions.RemoveEmptyEntries)
        .Skip(1).Take(Fields).Select((ticks, field) => field is Idle or Waiting ? 0 : double.Parse(ticks, CultureInfo.InvariantCulture)).Sum() / TicksPerSecond;
}
