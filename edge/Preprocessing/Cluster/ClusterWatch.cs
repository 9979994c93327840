using InferenceTracing.OpenInference;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Cluster;

/// <summary>
/// Asks through the gateway whether the ensemble is ready: often until it is, then every second. Where the edge has no vote of its own, it is ready when the
/// ensemble is. When the question is not answered at all, the circuit opens until it is answered again.
/// </summary>
internal sealed class ClusterWatch(
    IOptions<ClusterOptions> options, IOptions<EdgeOptions> edge, ClusterClient client, ClusterCircuit circuit, ILogger<ClusterWatch> logger, TimeProvider clock)
    : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Eager = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Calm = TimeSpan.FromSeconds(1);

    private volatile string? _notReady = "not asked yet";

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var said = $"circuit {ClusterCircuit.Name(circuit.State)}{(_notReady is { } reason ? $"; {options.Value.Url}: {reason}" : "")}";

        return Task.FromResult(
            _notReady is null ? HealthCheckResult.Healthy(said)
            : edge.Value.Mode == EdgeMode.Cloud ? HealthCheckResult.Unhealthy(said)
            : HealthCheckResult.Degraded($"{said}; the edge answers by itself"));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var settings = options.Value;
        using var probe = new ModelProbe(settings.BaseAddress(), settings.Model, settings.ApiKey is "" ? null : settings.ApiKey);

        while (!stoppingToken.IsCancellationRequested)
        {
            var asked = clock.GetTimestamp();
            var notReady = await probe.AskAsync(stoppingToken).ConfigureAwait(false);
            Note(probe, notReady is null, asked);

            if (notReady != _notReady)
            {
                Log.Cluster(logger, settings.Url, notReady ?? "ready");
                _notReady = notReady;
            }

            await Task.Delay(circuit.State == CircuitState.Closed && notReady is null ? Calm : Eager, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Note(ModelProbe probe, bool isReady, long asked)
    {
        var state = circuit.State;

        if (probe.Answered && state == CircuitState.Open)
        {
            client.Restore();
            circuit.HalfOpen();
        }
        else if (isReady && state == CircuitState.HalfOpen)
        {
            circuit.Close();
        }
        else if (!probe.Answered && state != CircuitState.Open && client.LastAnswer < asked)
        {
            // A cluster under load may be late with the probe; as long as it answers requests, the way is open.
            circuit.Open();

            if (!probe.Refused)
            {
                // A gateway that is asked to stop listens no more, and finishes what it has; any other silence is for ever.
                client.Cut();
            }
        }
    }
}
