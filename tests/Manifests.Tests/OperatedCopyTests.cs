using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Telemetry;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests;

/// <summary>The operator wants configurations inside its resources; they say what the plain manifests' files say.</summary>
public sealed class OperatedCopyTests(RenderedFleet fleet)
{
    [Theory]
    [InlineData("collector", "overlays/operator", "collector", "overlays/minikube")]
    [InlineData("jaeger-collector", "overlays/operator", "jaeger-collector", "overlays/minikube")]
    [InlineData("jaeger-query", "overlays/operator", "jaeger-query", "overlays/minikube")]
    [InlineData("all-in-one", "overlays/operator-memory", "jaeger", "overlays/memory")]
    [InlineData("jaeger-collector", "overlays/operator-kafka", "jaeger-collector", "overlays/kafka")]
    [InlineData("jaeger-ingester", "overlays/operator-kafka", "jaeger-ingester", "overlays/kafka")]
    public void Operated_Config_IsThatOfThePlainManifests(string name, string overlay, string plainName, string plainOverlay)
    {
        var operated = Config(name, overlay);
        var plain = Config(plainName, plainOverlay);

        Assert.True(JsonNode.DeepEquals(plain, operated), $"{name} differs:\n{plain.ToJsonString()}\n{operated.ToJsonString()}");
    }

    private JsonNode Config(string name, string overlay) =>
        ConfigFiles.Of(fleet.Get(overlay)).Single(config => config.Pod.Owner.Name == name).Root;
}
