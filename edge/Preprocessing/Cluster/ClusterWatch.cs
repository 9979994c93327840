using InferenceTracing.OpenInference;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Cluster;

/// <summary>
/// Asks through the gateway whether the ensemble is ready: often until it is, then every second. The edge is ready when it is. When the
/// question is not answered at all, the way there counts as lost until it is answered again.
/// </summary>
internal sealed class ClusterWatch(IOptions<ClusterOptions> options, ClusterClient client, ILogger<ClusterWatch> logger, TimeProvider clock)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Eager = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private volatile string? _notReady = "not asked yet";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(_notReady is { } reason ? HealthCheckResult.Unhealthy($"{options.Value.Url}: {reason}") : HealthCheckResult.Healthy());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        using var probe = new ModelProbe(settings.BaseAddress(), settings.Model, settings.ApiKey is "" ? null : settings.ApiKey);

        while (!stoppingToken.IsCancellationRequested)
        {
            var asked = clock.GetTimestamp();
            var notReady = await probe.AskAsync(stoppingToken).ConfigureAwait(false);
            Note(probe, asked);

            if (notReady != _notReady)
            {
                Log.Cluster(logger, settings.Url, notReady ?? "ready");
                _notReady = notReady;
            }

            await Task.Delay(notReady is null ? Calm : Eager, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Note(ModelProbe probe, long asked)
    {
        if (probe.Answered && client.IsLost)
        {
            client.Restore();
        }
        else if (!probe.Answered && !client.IsLost && client.LastAnswer < asked)
        {
            // A cluster under load may be late with the probe; as long as it answers requests, the way is open.
            if (probe.Refused)
            {
                // A gateway that is asked to stop listens no more, and finishes what it has.
                client.Close();
            }
            else
            {
                client.Cut();
            }
        }
    }
}
