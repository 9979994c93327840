using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.ServiceDefaults.Hosting;

/// <summary>
/// With the setting <c>StopWithParent=true</c> the service stops when its standard input ends. The one who started it holds the other end of
/// that pipe, and the kernel closes it however that process ends, also by kill -9: nothing it started outlives it.
/// </summary>
internal sealed class StopWithParent(IConfiguration settings, IHostApplicationLifetime lifetime, ILogger<StopWithParent> logger) : IHostedService
{
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (settings.GetValue<bool>(nameof(StopWithParent)))
        {
            new Thread(Watch) { IsBackground = true, Name = nameof(StopWithParent) }.Start();
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private void Watch()
    {
        using var input = Console.OpenStandardInput();
        Span<byte> sink = stackalloc byte[64];

        while (input.Read(sink) > 0)
        {
            // Whatever is said there is of no interest; only its end is.
        }

        Log.ParentGone(logger);
        lifetime.StopApplication();

        // A stop that hangs must not keep the process: nobody is left to end it.
        Thread.Sleep(Grace);
        Environment.Exit(1);
    }
}
