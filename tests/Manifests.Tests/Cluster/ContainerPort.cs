namespace InferenceTracing.Manifests.Tests.Cluster;

/// <summary>A port a container declares.</summary>
internal sealed record ContainerPort(string? Name, int Number, string Protocol = "TCP")
{
    /// <summary>True for the port's number or its name.</summary>
    public bool Is(string reference) => reference == Name || (int.TryParse(reference, out var number) && number == Number);
}
