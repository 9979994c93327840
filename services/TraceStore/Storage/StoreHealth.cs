using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>The store is healthy as long as it answers; how full it is belongs to being full by design.</summary>
internal sealed class StoreHealth(SpanStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var counts = store.Count();
        return Task.FromResult(HealthCheckResult.Healthy(string.Create(
            CultureInfo.InvariantCulture,
            $"{counts.Traces} traces, {counts.Spans} spans, {counts.Bytes >> 20} of {counts.MaxBytes >> 20} MiB")));
    }
}
