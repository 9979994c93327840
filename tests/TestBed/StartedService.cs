using System.Diagnostics;
using System.Runtime.InteropServices;

namespace InferenceTracing.TestBed;

/// <summary>
/// A service as a process of its own on a free loopback port, with nothing in its settings but what the test says. It holds a pipe of ours
/// as its standard input and stops when that ends, so that none outlives the tests.
/// </summary>
internal sealed class StartedService : IAsyncDisposable
{
    private const string Listening = "Now listening on: ";
    private const string Started = "Application started.";

    private readonly Process _process;
    private readonly List<string> _output = [];
    private readonly List<string> _errors = [];
    private readonly List<Uri> _addresses = [];
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private StartedService(ProcessStartInfo start)
    {
        _process = new Process { StartInfo = start };
        _process.OutputDataReceived += (_, line) => Hear(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Hear(_errors, line.Data);
    }

    public HttpClient Client { get; } = new(new SocketsHttpHandler { ActivityHeadersPropagator = null, AllowAutoRedirect = false, UseCookies = false });

    public Uri Address => Client.BaseAddress!;

    /// <summary>All it listens on, in the order of its settings' names.</summary>
    public IReadOnlyList<Uri> Addresses => _addresses;

    public int Id => _process.Id;

    public int ExitCode => _process.ExitCode;

    public IReadOnlyList<string> Output => Copy(_output);

    public IReadOnlyList<string> Errors => Copy(_errors);

    /// <summary>Starts a service that lies beside the tests, and returns when it listens.</summary>
    /// <param name="name">Its executable's name.</param>
    /// <param name="settings">Its settings, such as <c>Section:Key</c>.</param>
    /// <param name="arguments">Its command line.</param>
    public static async Task<StartedService> StartAsync(
        string name, IEnumerable<(string Key, string Value)>? settings = null, params string[] arguments)
    {
        var service = Launch(name, settings ?? [], arguments);
        var exit = service._process.WaitForExitAsync();

        if (await Task.WhenAny(service._address.Task, exit).WaitAsync(Patience.Span) == exit && !service._address.Task.IsCompleted)
        {
            throw new InvalidOperationException(
                $"{name} ended with {service.ExitCode} instead of listening:{Environment.NewLine}{string.Join(Environment.NewLine, service.Output.Concat(service.Errors))}");
        }

        service.Client.BaseAddress = await service._address.Task;
        return service;
    }

    /// <summary>Starts a service that is not expected to stay, and returns when it has ended.</summary>
    public static async Task<StartedService> RunAsync(
        string name, IEnumerable<(string Key, string Value)>? settings = null, params string[] arguments)
    {
        var service = Launch(name, settings ?? [], arguments);

        try
        {
            await service._process.WaitForExitAsync().WaitAsync(Patience.Span);
            return service;
        }
        catch
        {
            service._process.Kill();
            throw;
        }
    }

    /// <summary>Ends its standard input, which asks it to stop.</summary>
    public void CloseInput() => _process.StandardInput.Close();

    public void Kill() => _process.Kill();

    /// <summary>Returns when it has ended and its last line is read.</summary>
    public Task WaitForExitAsync() => _process.WaitForExitAsync().WaitAsync(Patience.Span);

    public async Task StopAsync()
    {
        CloseInput();
        await WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();

        if (!_process.HasExited)
        {
            CloseInput();

            try
            {
                await WaitForExitAsync();
            }
            catch (TimeoutException)
            {
                _process.Kill();
            }
        }

        _process.Dispose();
    }

    private static StartedService Launch(string name, IEnumerable<(string Key, string Value)> settings, string[] arguments)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, name), arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };

        foreach (var foreign in start.Environment.Keys.Where(IsForeign).ToList())
        {
            start.Environment.Remove(foreign);
        }

        // The apphost finds the runtime that runs the tests.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        start.Environment["URLS"] = "http://127.0.0.1:0";
        start.Environment["StopWithParent"] = "true";
        start.Environment["OTEL_BSP_SCHEDULE_DELAY"] = "50";

        foreach (var (key, value) in settings)
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var service = new StartedService(start);
        service._process.Start();
        service._process.BeginOutputReadLine();
        service._process.BeginErrorReadLine();
        return service;
    }

    private static bool IsForeign(string variable) =>
        variable.StartsWith("OTEL_", StringComparison.Ordinal)
        || variable.StartsWith("ASPNETCORE_", StringComparison.Ordinal)
        || variable is "DOTNET_URLS" or "DOTNET_ENVIRONMENT";

    private void Hear(List<string> lines, string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (lines)
        {
            lines.Add(line);
        }

        if (line.IndexOf(Listening, StringComparison.Ordinal) is var at and >= 0)
        {
            _addresses.Add(new Uri(line[(at + Listening.Length)..]));
        }
        else if (line.Contains(Started, StringComparison.Ordinal))
        {
            _address.TrySetResult(_addresses[0]);
        }
    }

    private static string[] Copy(List<string> lines)
    {
        lock (lines)
        {
            return [.. lines];
        }
    }
}
