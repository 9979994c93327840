using System.Runtime.InteropServices;

namespace InferenceTracing.LoadGenerator.Arrivals;

/// <summary>Time since the run began, and a wait that ends where it should rather than at the next millisecond.</summary>
internal sealed partial class StartClock(TimeProvider time)
{
    private static readonly TimeSpan Coarse = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan LongestSleep = TimeSpan.FromMilliseconds(50);

    private readonly long _start = time.GetTimestamp();

    public TimeSpan Now => time.GetElapsedTime(_start);

    /// <summary>Blocks the calling thread until <paramref name="due"/>; false when cancelled first.</summary>
    public bool WaitUntil(TimeSpan due, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (cancellationToken.IsCancellationRequested)
            {
                return false;
            }

            var left = due - Now;

            if (left <= TimeSpan.Zero)
            {
                return true;
            }

            if (left > Coarse)
            {
                Thread.Sleep(left - Coarse < LongestSleep ? left - Coarse : LongestSleep);
            }
            else
            {
                SleepFine(left);
            }
        }
    }

    /// <summary>Timers of .NET count milliseconds; half of one matters when a whole request takes ten. Spinning instead would take a core from what is measured.</summary>
    private static void SleepFine(TimeSpan duration)
    {
        if (OperatingSystem.IsLinux())
        {
            _ = USleep((uint)Math.Max(1, duration.TotalMicroseconds));
        }
        else
        {
            Thread.Yield();
        }
    }

    [LibraryImport("libc", EntryPoint = "usleep")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int USleep(uint microseconds);
}
