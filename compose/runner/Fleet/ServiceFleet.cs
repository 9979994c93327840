using System.Net.Http.Json;
using System.Text.Json;
using Spectre.Console;

namespace InferenceTracing.Runner.Fleet;

/// <summary>The processes of a plan: started in the order in which they can become ready, watched, and stopped the other way round.</summary>
internal sealed class ServiceFleet(ServicePlan plan, TimeProvider? clock = null, Restarts? restarts = null) : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(50);

    private readonly Restarts _restarts = restarts ?? Restarts.Usual;
    private readonly TimeProvider _clock = clock ?? TimeProvider.System;
    private readonly List<ServiceProcess> _processes = [];
    private readonly HttpClient _probe = new(new SocketsHttpHandler { ActivityHeadersPropagator = null }) { Timeout = TimeSpan.FromSeconds(2) };

    /// <summary>What was started, in that order.</summary>
    public IReadOnlyList<ServiceProcess> Processes => _processes;

    /// <summary>Starts all of them and returns when the last is ready.</summary>
    /// <exception cref="LocalException">One of them ended, or did not get ready in time.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        foreach (var service in plan.Services)
        {
            _processes.Add(ServiceProcess.Start(service, plan.LogFolder));
        }

        var start = _clock.GetTimestamp();

        foreach (var process in _processes)
        {
            await WaitUntilReadyAsync(process, start, cancellationToken);
            AnsiConsole.MarkupLineInterpolated(
                $"  [green]✔[/] {process.Spec.Name,-18} {process.Spec.Url.GetLeftPart(UriPartial.Authority),-24} ready after {_clock.GetElapsedTime(start).TotalSeconds:0.0} s");
        }
    }

    /// <summary>Starts the service of that name again, after a graceful stop where it still runs, and returns when it is ready.</summary>
    /// <exception cref="LocalException">It ended, or did not get ready in time.</exception>
    public async Task StartAgainAsync(string name, CancellationToken cancellationToken)
    {
        var index = _processes.FindIndex(process => process.Spec.Name == name);
        var spec = _processes[index].Spec;
        await _processes[index].DisposeAsync();
        _processes[index] = ServiceProcess.Start(spec, plan.LogFolder, again: true);
        await WaitUntilReadyAsync(_processes[index], _clock.GetTimestamp(), cancellationToken);
    }

    /// <summary>Stays until cancelled. What ends meanwhile is started again, after a pause that grows, and given up when that does not help; the rest stays up.</summary>
    /// <exception cref="LocalException">All of them were given up.</exception>
    public async Task KeepUpAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAll(_processes.Select(process => KeepUpAsync(process.Spec.Name, cancellationToken)).ToList());
        throw new LocalException("No service is left.");
    }

    public async ValueTask DisposeAsync()
    {
        // The edge first: what it still has under way finds the services behind it alive.
        foreach (var process in Enumerable.Reverse(_processes))
        {
            await process.DisposeAsync();
        }

        _probe.Dispose();
    }

    private ServiceProcess Of(string name) => _processes.Single(process => process.Spec.Name == name);

    private async Task KeepUpAsync(string name, CancellationToken cancellationToken)
    {
        for (var death = 1; ; death++)
        {
            var process = Of(name);
            var start = _clock.GetTimestamp();
            await process.WaitForExitAsync(cancellationToken);
            death = _clock.GetElapsedTime(start) > _restarts.Settled ? 1 : death;

            if (death > _restarts.Most)
            {
                AnsiConsole.MarkupLineInterpolated($"[red]{name} ended with exit code {process.ExitCode} and is given up, since it was started again {_restarts.Most} times; the others stay up.[/]");
                return;
            }

            var pause = _restarts.PauseAfter(death);
            AnsiConsole.MarkupLineInterpolated($"[yellow]{name} ended with exit code {process.ExitCode}; it is started again in {pause.TotalSeconds:0.##} s ({death} of {_restarts.Most}), the others stay up.[/]");
            await Task.Delay(pause, _clock, cancellationToken);

            try
            {
                await StartAgainAsync(name, cancellationToken);
                AnsiConsole.MarkupLineInterpolated($"  [green]✔[/] {name} is ready again");
            }
            catch (LocalException failure)
            {
                AnsiConsole.MarkupLineInterpolated($"[yellow]{failure.Message}[/]");

                if (ReferenceEquals(process, Of(name)))
                {
                    // There is no program to start any more.
                    return;
                }
            }
        }
    }

    private async Task WaitUntilReadyAsync(ServiceProcess process, long start, CancellationToken cancellationToken)
    {
        var said = "";

        while (true)
        {
            cancellationToken.ThrowIfCancellationRequested();

            if (process.HasExited)
            {
                throw new LocalException($"{process.Spec.Name} ended with exit code {process.ExitCode}:{Environment.NewLine}{process.LastWords}");
            }

            var notReady = await AskAsync(process.Spec, cancellationToken);

            if (notReady is null)
            {
                return;
            }

            if (notReady != said && notReady.Length > 0)
            {
                AnsiConsole.MarkupLineInterpolated($"  [grey]· {process.Spec.Name}: {notReady}[/]");
                said = notReady;
            }

            if (_clock.GetElapsedTime(start) > Patience)
            {
                throw new LocalException($"{process.Spec.Name} is not ready after {Patience.TotalMinutes:0} minutes: {notReady}{Environment.NewLine}{process.LastWords}");
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    /// <summary>Null when ready, else what it says is missing; empty while it says nothing.</summary>
    private async Task<string?> AskAsync(ServiceSpec service, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await _probe.GetAsync(new Uri(service.Url, "health/ready"), cancellationToken);

            if (answer.IsSuccessStatusCode)
            {
                return null;
            }

            var report = await answer.Content.ReadFromJsonAsync<JsonElement>(cancellationToken);
            // Ours list their checks; another program has an answer of its own.
            return !report.TryGetProperty("checks", out var checks) ? "" : string.Join("; ", checks.EnumerateObject()
                .Where(check => check.Value.GetProperty("status").GetString() == "unhealthy")
                .Select(check => check.Value.GetProperty("description").GetString())
                .Where(description => !string.IsNullOrEmpty(description)));
        }
        catch (Exception failure) when (failure is HttpRequestException or JsonException || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return "";
        }
    }
}
