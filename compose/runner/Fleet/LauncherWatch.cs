namespace InferenceTracing.Runner.Fleet;

/// <summary>
/// <c>dotnet run</c> is a process of its own in front of the runner. When it is killed, nobody can reach the runner with Ctrl-C any more,
/// so the runner stops; a runner started in another way (a shell, a service manager) may well outlive the one who started it.
/// </summary>
internal sealed class LauncherWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Timer? _timer;

    private LauncherWatch(Timer? timer) => _timer = timer;

    public static LauncherWatch StopWhenGone(CancellationTokenSource stop)
    {
        if (LauncherId() is not { } launcher)
        {
            return new LauncherWatch(null);
        }

        return new LauncherWatch(new Timer(
            _ =>
            {
                if (ParentId() != launcher)
                {
                    stop.Cancel();
                }
            },
            null,
            Interval,
            Interval));
    }

    /// <summary>The process id of the <c>dotnet run</c> in front of the runner; null where there is none.</summary>
    public static int? LauncherId() => ParentId() is { } parent && NameOf(parent) == "dotnet" ? parent : null;

    public void Dispose() => _timer?.Dispose();

    /// <summary>From /proc/self/stat, whose fourth field is the parent; null where there is no /proc.</summary>
    private static int? ParentId()
    {
        const string Stat = "/proc/self/stat";

        // The second field is the name in brackets, which may itself hold blanks and brackets.
        return File.Exists(Stat) && File.ReadAllText(Stat).Split(')')[^1].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var parent, ..]
            ? int.Parse(parent, System.Globalization.CultureInfo.InvariantCulture)
            : null;
    }

    private static string? NameOf(int processId)
    {
        var path = $"/proc/{processId}/comm";
        return File.Exists(path) ? File.ReadAllText(path).Trim() : null;
    }
}
