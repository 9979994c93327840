using System.Diagnostics;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Runner;

/// <summary>Wall time since the command was given: since <c>dotnet run</c> began where that started the runner, its build included.</summary>
internal sealed class LaunchClock
{
    private readonly DateTime _start;

    private LaunchClock(DateTime start) => _start = start;

    public TimeSpan Elapsed => TimeProvider.System.GetUtcNow().UtcDateTime - _start;

    public static LaunchClock Start()
    {
        using var process = LauncherWatch.LauncherId() is { } launcher ? Process.GetProcessById(launcher) : Process.GetCurrentProcess();
        return new LaunchClock(process.StartTime.ToUniversalTime());
    }
}
