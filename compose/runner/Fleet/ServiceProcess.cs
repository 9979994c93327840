using System.ComponentModel;
using System.Diagnostics;

namespace InferenceTracing.Runner.Fleet;

/// <summary>
/// A running service. It holds the reading end of a pipe of ours as its standard input and stops when that ends, so that it cannot
/// outlive the runner, however the runner ends.
/// </summary>
internal sealed class ServiceProcess : IAsyncDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly LogFile _log;
    private bool _disposed;

    private ServiceProcess(ServiceSpec spec, Process process, LogFile log)
    {
        Spec = spec;
        _process = process;
        _log = log;
    }

    public ServiceSpec Spec { get; }

    public int Id => _process.Id;

    public bool HasExited => _process.HasExited;

    /// <summary>Meaningful once it has exited.</summary>
    public int ExitCode => _process.ExitCode;

    /// <summary>The last lines it said, for the reader of an error.</summary>
    public string LastWords => _log.LastLines;

    /// <param name="spec">What to start.</param>
    /// <param name="logFolder">Where its log goes.</param>
    /// <param name="again">True goes on with the log that is there.</param>
    /// <exception cref="LocalException">There is no such program, or it must not be run.</exception>
    public static ServiceProcess Start(ServiceSpec spec, string logFolder, bool again = false)
    {
        var start = new ProcessStartInfo(spec.Executable, spec.Arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        CommonSettings(spec, start.Environment);

        foreach (var (name, value) in spec.Settings)
        {
            start.Environment[name] = value;
        }

        var log = new LogFile(logFolder, spec.Name, again);
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => log.Write(line.Data);
        process.ErrorDataReceived += (_, line) => log.Write(line.Data);

        try
        {
            process.Start();
        }
        catch (Win32Exception failure)
        {
            process.Dispose();
            log.Dispose();
            throw new LocalException($"{spec.Name} cannot be started: {failure.Message}");
        }

        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new ServiceProcess(spec, process, log);
    }

    public Task WaitForExitAsync(CancellationToken cancellationToken) => _process.WaitForExitAsync(cancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Grace);

        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
        }

        _process.Dispose();
        _log.Dispose();
    }

    private static void CommonSettings(ServiceSpec spec, IDictionary<string, string?> environment)
    {
        // What the reader's shell sets for other programs must not move a service or its traces.
        foreach (var name in environment.Keys.Where(name => name.StartsWith("OTEL_", StringComparison.Ordinal)
            || name.StartsWith("ASPNETCORE_", StringComparison.Ordinal) || name is "URLS" or "DOTNET_URLS").ToList())
        {
            environment.Remove(name);
        }

        // A service whose settings list its endpoints takes them from there.
        environment["URLS"] = spec.Settings.Keys.Any(name => name.StartsWith("Kestrel__Endpoints", StringComparison.Ordinal)) ? null : spec.Url.GetLeftPart(UriPartial.Authority);
        environment["StopWithParent"] = "true";
        // The embedded store takes no metrics.
        environment["OTEL_METRICS_EXPORTER"] = "none";
        // A trace is looked at right after its answer; and at 200 the exports cost the store more than their spans.
        environment["OTEL_BSP_SCHEDULE_DELAY"] = "500";
    }
}
