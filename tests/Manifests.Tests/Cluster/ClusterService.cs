namespace InferenceTracing.Manifests.Tests.Cluster;

/// <summary>A Service, ours or one that an operator makes.</summary>
internal sealed record ClusterService(string Namespace, string Name, IReadOnlyDictionary<string, string> Selector,
    IReadOnlyList<ServicePort> Ports)
{
    public ServicePort? Port(string reference) =>
        Ports.FirstOrDefault(port => port.Name == reference || port.Number.ToString() == reference);

    public override string ToString() => $"Service {Namespace}/{Name}";
}

/// <summary>A port of a Service; the target is a number or a container port's name.</summary>
internal sealed record ServicePort(string? Name, int Number, string Target, string Protocol = "TCP");
