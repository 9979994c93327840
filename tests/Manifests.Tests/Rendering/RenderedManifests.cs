using InferenceTracing.Manifests.Tests.Cluster;

namespace InferenceTracing.Manifests.Tests.Rendering;

/// <summary>All objects of one overlay or combination, and the tree they come from.</summary>
internal sealed class RenderedManifests
{
    public RenderedManifests(string name, ManifestTree tree, IReadOnlyList<Manifest> objects)
    {
        Name = name;
        Tree = tree;
        Objects = objects;
        Cluster = new ClusterView(this);
    }

    public string Name { get; }

    public ManifestTree Tree { get; }

    public IReadOnlyList<Manifest> Objects { get; }

    /// <summary>The same objects as pods, services and secrets, with what operators would make of their resources.</summary>
    public ClusterView Cluster { get; }

    /// <summary>Digests instead of tags are asked of these only.</summary>
    public bool IsProduction => Name.StartsWith("overlays/production", StringComparison.Ordinal);

    public IEnumerable<Manifest> OfKind(params string[] kinds) => Objects.Where(item => kinds.Contains(item.Kind));
}
