using InferenceTracing.OpenInference;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Cluster;

/// <summary>
/// Asks through the gateway whether the ensemble is ready: often until it is, and more rarely the longer it is not; then now and then, and within a second or two when a request
/// waits for its answer. Where the edge has no vote of its own, it is ready when the ensemble is. When the question is not answered at all, the circuit opens until it is answered
/// again.
/// </summary>
internal sealed class ClusterWatch(
    IOptions<ClusterOptions> options, IOptions<EdgeOptions> edge, ClusterClient client, ClusterCircuit circuit, ILogger<ClusterWatch> logger, TimeProvider clock, Random random)
    : BackgroundService, IHealthCheck
{
    // A cluster that starts is found at once; of one that is away for longer a whole region asks, and finds it again within a tenth of that time.
    private const double ShareOfAbsence = 0.1;

    private static readonly TimeSpan Eager = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan EagerFor = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Rarest = TimeSpan.FromSeconds(10);
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

        for (var there = clock.GetTimestamp(); !stoppingToken.IsCancellationRequested;)
        {
            var asked = clock.GetTimestamp();
            var notReady = await probe.AskAsync(stoppingToken).ConfigureAwait(false);
            Note(probe, notReady is null, asked);

            if (notReady != _notReady)
            {
                Log.Cluster(logger, settings.Url, notReady ?? "ready");
                _notReady = notReady;
            }

            if (circuit.State == CircuitState.Closed && notReady is null)
            {
                await Task.Delay(Calm, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                await UntilAskedAgainAsync(asked, stoppingToken).ConfigureAwait(false);
                there = clock.GetTimestamp();
            }
            else
            {
                await Task.Delay(PauseAfter(clock.GetElapsedTime(there)), clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>How long an edge does not ask for a cluster that has been away for so long; by chance, for all edges of a region have lost it in the same second.</summary>
    private TimeSpan PauseAfter(TimeSpan away)
    {
        var share = (away - EagerFor) * ShareOfAbsence;
        return (share < Eager ? Eager : share > Rarest ? Rarest : share) * (0.5 + random.NextDouble());
    }

    /// <summary>Returns when it is time for the next question: sooner where requests wait, for what else is answered says that the way is open.</summary>
    private async Task UntilAskedAgainAsync(long asked, CancellationToken cancellationToken)
    {
        var looked = asked;

        while (!cancellationToken.IsCancellationRequested && clock.GetElapsedTime(asked) < options.Value.ProbeInterval && !client.WaitsSince(looked))
        {
            looked = clock.GetTimestamp();
            await Task.Delay(Calm, clock, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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
