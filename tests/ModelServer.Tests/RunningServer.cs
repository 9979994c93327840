using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace InferenceTracing.ModelServer.Tests;

/// <summary>A model server as a process on a free port, for as long as a test wants it.</summary>
internal sealed class RunningServer : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process _process;

    private RunningServer(Process process, int port)
    {
        _process = process;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        // Pipes that nobody reads fill up, and then the writer stands still.
        _ = process.StandardOutput.ReadToEndAsync();
        _ = process.StandardError.ReadToEndAsync();
    }

    public HttpClient Client { get; }

    public static async Task<RunningServer> StartAsync(params string[] arguments)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        listener.Stop();
        var server = new RunningServer(ServerProcess.Start([.. arguments, $"--urls=http://127.0.0.1:{port}"]), port);
        await UntilAsync(async () =>
        {
            using var ready = await server.Client.GetAsync(new Uri("health/ready", UriKind.Relative));
            return ready.IsSuccessStatusCode;
        });
        return server;
    }

    /// <summary>Returns when the answer at <paramref name="path"/> contains <paramref name="text"/>.</summary>
    public async Task UntilAsync(string path, string text)
    {
        var last = "";

        try
        {
            await UntilAsync(async () =>
            {
                using var answer = await Client.GetAsync(new Uri(path, UriKind.Relative));
                last = await answer.Content.ReadAsStringAsync();
                return last.Contains(text, StringComparison.OrdinalIgnoreCase);
            });
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{path} does not say '{text}' but: {last}");
        }
    }

    public static Task UntilAsync(Func<bool> condition) => UntilAsync(() => Task.FromResult(condition()));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    public static async Task UntilAsync(Func<Task<bool>> condition)
    {
        var start = Stopwatch.StartNew();

        while (true)
        {
            try
            {
                if (await condition())
                {
                    return;
                }
            }
            catch (HttpRequestException) when (start.Elapsed < Patience)
            {
                // It does not listen yet.
            }

            if (start.Elapsed > Patience)
            {
                throw new TimeoutException();
            }

            await Task.Delay(100);
        }
    }
}
