namespace InferenceTracing.Manifests.Tests.Cluster;

/// <summary>What an operator makes of one resource.</summary>
internal sealed record Expansion
{
    public IReadOnlyList<Workload> Workloads { get; init; } = [];

    public IReadOnlyList<ClusterService> Services { get; init; } = [];

    public IReadOnlyList<KeyedObject> Keyed { get; init; } = [];

    public IReadOnlyList<string> ServiceAccounts { get; init; } = [];
}
