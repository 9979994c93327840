using InferenceTracing.Manifests.Tests.Cluster;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>
/// A connection that the configuration asks for. From is a pod or something outside; without a port any port of the target will do.
/// </summary>
internal sealed record Need(Workload? From, string? Outside, Workload To, ContainerPort? Port, string Why)
{
    public string Caller => From?.ToString() ?? Outside!;
}
