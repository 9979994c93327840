using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Trace;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// Creates the providers before any other hosted service makes a span, and, being the first to start, is the last to stop: the spans of
/// the last requests are flushed while the process still has time, which the exporter's own disposal does not promise.
/// </summary>
internal sealed class TelemetryLifetime(IServiceProvider services, bool metrics) : IHostedService
{
    private const int FlushMilliseconds = 5_000;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        if (metrics)
        {
            _ = services.GetService<MeterProvider>();
        }

        _ = services.GetService<TracerProvider>();
        _ = services.GetService<LoggerProvider>();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () => services.GetService<TracerProvider>()?.ForceFlush(FlushMilliseconds), cancellationToken);
}
