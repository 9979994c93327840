namespace InferenceTracing.Manifests.Tests.Cluster;

/// <summary>A Secret or ConfigMap and its keys; null where whoever makes it does not say.</summary>
internal sealed record KeyedObject(string Kind, string Namespace, string Name, IReadOnlyCollection<string>? Keys)
{
    /// <summary>Host and port that stand in it, where it is more than a password.</summary>
    public string? Reaches { get; init; }

    public bool Has(string key) => Keys is null || Keys.Contains(key);
}
