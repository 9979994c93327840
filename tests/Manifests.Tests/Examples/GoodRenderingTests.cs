using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Examples;

/// <summary>Rendering itself, on the good example.</summary>
public sealed class GoodRenderingTests
{
    [Fact]
    public void Of_GoodExample_IsItsOverlayAndTheCombinationThatItsReadmeNames() =>
        Assert.Equal(["overlays/small", "overlays/small + components/more-replicas"], Combination.Of(GoodExample.Tree)
            .Select(combination => combination.Name));

    [Fact]
    public async Task Render_Overlay_GivesTheObjectsOfItsFiles()
    {
        var rendered = await RenderAsync(new Combination("overlays/small", []));

        Assert.Equal(
            GoodExample.Objects().Select(root => new Manifest(root).ToString()).Order(StringComparer.Ordinal),
            rendered.Objects.Select(item => item.ToString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Render_WithComponent_HasWhatItChanges()
    {
        var rendered = await RenderAsync(new Combination("overlays/small", ["components/more-replicas"]));

        Assert.Equal(3, rendered.OfKind("HorizontalPodAutoscaler").Single().Spec.Int("maxReplicas"));
    }

    [Fact]
    public async Task Render_UnknownComponent_SaysWhich()
    {
        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() =>
            RenderAsync(new Combination("overlays/small", ["components/absent"])));

        Assert.Contains("components/absent", refusal.Message, StringComparison.Ordinal);
    }

    private static async Task<RenderedManifests> RenderAsync(Combination combination)
    {
        var kubectl = await Kubectl.FindAsync();
        Assert.SkipWhen(kubectl is null, "There is no kubectl.");
        using var renderer = new Renderer(kubectl!, GoodExample.Tree);
        return await renderer.RenderAsync(combination);
    }
}
