using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Ensemble.Members;

/// <summary>Ready when enough members are; degraded, and still ready, while one of them is missing.</summary>
internal sealed class QuorumCheck(MemberList members, IOptions<EnsembleOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var missing = string.Join("; ", Enumerable.Range(0, members.Count)
            .Where(index => members.NotReady(index) is not null)
            .Select(index => $"{members[index].Name}: {members.NotReady(index)}"));

        return Task.FromResult(
            members.ReadyCount < options.Value.Quorum ? HealthCheckResult.Unhealthy(missing)
            : missing.Length > 0 ? HealthCheckResult.Degraded(missing)
            : HealthCheckResult.Healthy());
    }
}
