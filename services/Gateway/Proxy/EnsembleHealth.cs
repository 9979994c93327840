using System.Runtime.CompilerServices;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Model;

namespace InferenceTracing.Gateway.Proxy;

/// <summary>Ready when YARP's own probes have found an ensemble that is.</summary>
internal sealed class EnsembleHealth(IProxyStateLookup proxy) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(proxy.TryGetCluster("ensemble", out var cluster)
            && cluster.Destinations.Values.Any(destination => destination.Health.Active == DestinationHealth.Healthy)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("no ensemble is ready"));
}

/// <summary>
/// The first probe decides, and afterwards two failures in a row. YARP's own ConsecutiveFailures takes a destination for healthy after its
/// first failure too, even one that has never answered: the gateway would call itself ready before there is anything behind it.
/// </summary>
internal sealed class ProbePolicy(IDestinationHealthUpdater updater) : IActiveHealthCheckPolicy
{
    private const int FailuresInARow = 2;

    private readonly ConditionalWeakTable<DestinationState, StrongBox<int>> _failures = [];

    public string Name => "FirstProbeThenTwo";

    public void ProbingCompleted(ClusterState cluster, IReadOnlyList<DestinationProbingResult> probingResults) =>
        updater.SetActive(cluster, [.. probingResults.Select(result => new NewActiveDestinationHealth(result.Destination, Judge(result)))]);

    private DestinationHealth Judge(DestinationProbingResult result)
    {
        var failures = _failures.GetOrCreateValue(result.Destination);
        failures.Value = result.Response is { IsSuccessStatusCode: true } ? 0 : failures.Value + 1;

        return failures.Value == 0 || (failures.Value < FailuresInARow && result.Destination.Health.Active == DestinationHealth.Healthy)
            ? DestinationHealth.Healthy
            : DestinationHealth.Unhealthy;
    }
}
