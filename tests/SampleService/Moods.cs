using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace InferenceTracing.SampleService;

/// <summary>A health check that says what a test told it to.</summary>
internal sealed class Moods : IHealthCheck
{
    public HealthStatus Status { get; set; } = HealthStatus.Healthy;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(new HealthCheckResult(Status, $"feels {Status}"));
}
