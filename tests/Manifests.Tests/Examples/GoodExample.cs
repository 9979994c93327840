using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Examples;

/// <summary>A small cluster in which nothing is wrong, read straight from its files.</summary>
internal static class GoodExample
{
    public static ManifestTree Tree { get; } = new(Path.Combine(Locations.Examples, "Good"));

    public static IReadOnlyList<JsonObject> Objects() =>
    [
        .. Directory.EnumerateFiles(Path.Combine(Tree.Root, "objects"), "*.yaml")
            .Where(file => Path.GetFileName(file) != "kustomization.yaml")
            .Order(StringComparer.Ordinal)
            .SelectMany(file => YamlReader.Read(File.ReadAllText(file)))
            .Cast<JsonObject>(),
    ];
}
