using InferenceTracing.Manifests.Tests.Checks;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests;

/// <summary>
/// Nothing is there for nothing: take away any one of these, and a check misses it. It shows too that the checks see the real manifests.
/// </summary>
public sealed class MissedPartsTests(RenderedFleet fleet)
{
    [Theory]
    [InlineData("overlays/minikube", "NetworkPolicy")]
    [InlineData("overlays/minikube", "Service")]
    [InlineData("overlays/minikube", "ConfigMap")]
    [InlineData("overlays/minikube", "ServiceAccount")]
    [InlineData("overlays/minikube", "Certificate")]
    [InlineData("overlays/minikube", "Middleware")]
    [InlineData("overlays/cassandra", "NetworkPolicy")]
    [InlineData("overlays/gateway-api", "ReferenceGrant")]
    [InlineData("overlays/gateway-api", "NetworkPolicy")]
    [InlineData("overlays/operator", "NetworkPolicy")]
    [InlineData("overlays/production", "NetworkPolicy")]
    [InlineData("overlays/production", "PodDisruptionBudget")]
    public void Checks_OneOfTheKindRemoved_MissIt(string overlay, string kind)
    {
        var whole = fleet.Get(overlay);

        var unmissed = whole.OfKind(kind).Where(item => !IsForMonitoring(item) && !IsMissed(item, whole)).Select(item => item.ToString());

        Assert.Equal([], unmissed);
    }

    // No configuration says that somebody reads metrics; they may.
    private static bool IsForMonitoring(Manifest item) => item.Name.EndsWith("-from-monitoring", StringComparison.Ordinal);

    private static bool IsMissed(Manifest item, RenderedManifests whole)
    {
        var without = new RenderedManifests(whole.Name, whole.Tree, [.. whole.Objects.Where(other => other != item)]);
        return AllChecks.OfObjects.Any(check => check.Check(without).Any());
    }
}
