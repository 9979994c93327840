using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Ensemble.Members;

/// <summary>Ready when enough members are; degraded, and still ready, while one of them is missing.</summary>
internal sealed class QuorumCheck(MemberList members, IOptions<EnsembleOptions> options) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var missing = string.Join("; ", Enumerable.Range(0, members.Count)
            .Select(index => (members[index].Name, Reason: members.States.NotReady(index)))
            .Where(member => member.Reason is not null)
            .Select(member => $"{member.Name}: {member.Reason}"));

        return Task.FromResult(
            members.States.ReadyCount < options.Value.Quorum ? HealthCheckResult.Unhealthy(missing)
            : missing.Length > 0 ? HealthCheckResult.Degraded(missing)
            : HealthCheckResult.Healthy());
    }
}
