using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Checks.Telemetry;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests;

/// <summary>The operator wants configurations inside its resources; they say what the plain manifests' files say.</summary>
public sealed class OperatedCopyTests(RenderedFleet fleet)
{
    [Theory]
    [InlineData("collector", "overlays/minikube")]
    [InlineData("jaeger-collector", "overlays/minikube")]
    [InlineData("jaeger-query", "overlays/minikube")]
    public void Operated_Config_IsThatOfThePlainManifests(string name, string overlay)
    {
        var operated = Config(name, "overlays/operator");
        var plain = Config(name, overlay);

        Assert.True(JsonNode.DeepEquals(plain, operated), $"{name} differs:\nplain    {plain.ToJsonString()}\noperated {operated.ToJsonString()}");
    }

    private JsonNode Config(string name, string overlay) =>
        ConfigFiles.Of(fleet.Get(overlay)).Single(config => config.Pod.Owner.Name == name).Root;
}
