using System.Globalization;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace InferenceTracing.TraceStore.Storage;

/// <summary>Healthy as long as it can write; how full it is belongs to being full by design.</summary>
internal sealed class StoreHealth(SpanStore store) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var counts = store.Count();
        var full = string.Create(
            CultureInfo.InvariantCulture, $"{counts.Traces} traces, {counts.Spans} spans, {counts.Bytes >> 20} of {counts.MaxBytes >> 20} MiB");

        // Degraded and not unhealthy: what is stored can still be read.
        return Task.FromResult(store.Fault is { } fault
            ? HealthCheckResult.Degraded($"nothing can be written: {fault}; {full}")
            : HealthCheckResult.Healthy(full));
    }
}
