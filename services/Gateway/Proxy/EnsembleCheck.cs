using Microsoft.Extensions.Diagnostics.HealthChecks;
using Yarp.ReverseProxy;
using Yarp.ReverseProxy.Model;

namespace InferenceTracing.Gateway.Proxy;

/// <summary>Ready when YARP's own probes have found an ensemble that is.</summary>
internal sealed class EnsembleCheck(IProxyStateLookup proxy) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(proxy.TryGetCluster("ensemble", out var cluster)
            && cluster.Destinations.Values.Any(destination => destination.Health.Active == DestinationHealth.Healthy)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("no ensemble is ready"));
}
