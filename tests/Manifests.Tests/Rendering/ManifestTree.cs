using System.Text.Json.Nodes;

namespace InferenceTracing.Manifests.Tests.Rendering;

/// <summary>
/// A folder laid out like <c>k8s/</c>: README.md, overlays, components, and checks.yaml with what the tests take on trust.
/// </summary>
internal sealed class ManifestTree(string root)
{
    public string Root => root;

    public string Readme => Read("README.md");

    public IReadOnlyList<string> Overlays => Folders("overlays");

    public IReadOnlyList<string> Components => Folders("components");

    /// <summary>What is there at run time without being in git: see the comments in the file itself.</summary>
    public JsonNode? Trusted { get; } =
        File.Exists(Path.Combine(root, "checks.yaml"))
            ? YamlReader.Read(File.ReadAllText(Path.Combine(root, "checks.yaml"))).FirstOrDefault() : null;

    public IEnumerable<string> Files =>
        Directory.Exists(root) ? Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal) : [];

    public string Relative(string file) => Path.GetRelativePath(root, file).Replace('\\', '/');

    private string Read(string name) => File.Exists(Path.Combine(root, name)) ? File.ReadAllText(Path.Combine(root, name)) : "";

    // Kinds of components may have a folder of their own (components/jaeger/badger), so the file decides and not the depth.
    private List<string> Folders(string kind)
    {
        var folder = Path.Combine(root, kind);
        return !Directory.Exists(folder) ? [] :
        [
            .. Directory.EnumerateFiles(folder, "kustomization.yaml", SearchOption.AllDirectories)
                .Select(file => Relative(Path.GetDirectoryName(file)!))
                .Order(StringComparer.Ordinal),
        ];
    }
}
