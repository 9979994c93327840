using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace InferenceTracing.ModelServer;

/// <summary>Ready once the model is loaded and warm; before that, how far it is.</summary>
internal sealed class ModelHealth(NetworkModel model) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(model.IsReady
            ? HealthCheckResult.Healthy(model.Metadata.Untrained ? "untrained: random weights" : null)
            : HealthCheckResult.Unhealthy(model.Stage));
}
