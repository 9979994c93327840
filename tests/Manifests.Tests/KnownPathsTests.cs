using InferenceTracing.Manifests.Tests.Checks.Network;
using InferenceTracing.Manifests.Tests.Rendering;
using InferenceTracing.Topology;

namespace InferenceTracing.Manifests.Tests;

/// <summary>
/// What the network checks read out of the configuration is the picture in docs/, so that they cannot fall silent unnoticed.
/// </summary>
public sealed class KnownPathsTests(RenderedFleet fleet)
{
    private static readonly IReadOnlyList<Part> InTheCluster =
        [.. SystemParts.All.Where(part => part.Environment == "cluster" && part.Name != SystemParts.TraceStore)];

    public static TheoryData<string> Parts => [.. InTheCluster.Select(part => part.Name)];

    public static TheoryData<string, string, string, int> CallsOfTheParts =>
    [
        .. from part in InTheCluster
           from call in part.Calls
           where InTheCluster.Any(other => other.Name == call.Listener)
           select ("overlays/minikube", part.Name, call.Listener, SystemParts.All.Single(other => other.Name == call.Listener).PortInContainers),
    ];

    [Theory]
    [InlineData("overlays/minikube", "traefik", "gateway", 8080)]
    [MemberData(nameof(CallsOfTheParts))]
    [InlineData("overlays/minikube", "traefik", "collector", 4317)]
    [InlineData("overlays/minikube", "traefik", "collector", 4318)]
    [InlineData("overlays/minikube", "collector", "jaeger-collector", 4317)]
    [InlineData("overlays/minikube", "jaeger-collector", "elasticsearch", 9200)]
    [InlineData("overlays/minikube", "jaeger-query", "elasticsearch", 9200)]
    [InlineData("overlays/minikube", "traefik", "jaeger-query", 16686)]
    [InlineData("overlays/minikube", "gateway", "jaeger-collector", 5778)]
    [InlineData("overlays/minikube", "ensemble", "jaeger-collector", 5778)]
    [InlineData("overlays/memory", "mobilenetv2", "jaeger", 5778)]
    [InlineData("overlays/badger", "collector", "jaeger", 4317)]
    [InlineData("overlays/cassandra", "jaeger-collector", "cassandra", 9042)]
    [InlineData("overlays/kafka", "jaeger-collector", "kafka", 9092)]
    [InlineData("overlays/kafka", "jaeger-ingester", "kafka", 9092)]
    [InlineData("overlays/mlflow", "collector", "mlflow", 5000)]
    [InlineData("overlays/mlflow", "mlflow", "postgres", 5432)]
    public void NeededPaths_Overlay_HasThePath(string overlay, string from, string to, int port)
    {
        var needs = NeededPaths.Of(fleet.Get(overlay));

        Assert.Contains((from, to, port), needs.Where(need => need.From is not null)
            .Select(need => (need.From!.Owner.Name, need.To.Owner.Name, need.Port?.Number ?? 0)));
    }

    [Theory]
    [MemberData(nameof(Parts))]
    public void NeededPaths_Service_SendsItsSpansToTheCollector(string service)
    {
        var needs = NeededPaths.Of(fleet.Get("overlays/minikube"));

        Assert.Contains(needs, need => need.From?.Owner.Name == service && need.To.Owner.Name == "collector");
    }
}
