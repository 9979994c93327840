using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Trace;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// Flushes the spans of the last requests while the process still has time, which the exporter's own disposal does not promise. Being the first
/// hosted service to start, it is the last to stop.
/// </summary>
internal sealed class SpanFlush(IServiceProvider services) : IHostedService
{
    private const int FlushMilliseconds = 5_000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () => services.GetService<TracerProvider>()?.ForceFlush(FlushMilliseconds), cancellationToken);
}
