using System.Text.Json.Nodes;

namespace InferenceTracing.Manifests.Tests.Rendering;

/// <summary>Renders combinations in a copy of the tree, so that the checkout is left as it is.</summary>
internal sealed class Renderer(Kubectl kubectl, ManifestTree tree) : IDisposable
{
    private readonly DirectoryInfo _copy = CopyOf(tree);

    private int _made;

    public async Task<RenderedManifests> RenderAsync(Combination combination)
    {
        var folder = combination.Components.Count == 0 ? Path.Combine(_copy.FullName, combination.Overlay) : Compose(combination);
        var text = await kubectl.KustomizeAsync(folder);
        return new RenderedManifests(combination.Name, tree,
            [.. YamlReader.Read(text).OfType<JsonObject>().Select(root => new Manifest(root))]);
    }

    public void Dispose() => _copy.Delete(recursive: true);

    private string Compose(Combination combination)
    {
        var folder = _copy.CreateSubdirectory($"combination-{Interlocked.Increment(ref _made)}").FullName;
        var components = string.Concat(combination.Components.Select(component => $"  - ../{component}\n"));
        File.WriteAllText(
            Path.Combine(folder, "kustomization.yaml"),
            $"apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n"
            + $"resources:\n  - ../{combination.Overlay}\ncomponents:\n{components}");
        return folder;
    }

    private static DirectoryInfo CopyOf(ManifestTree tree)
    {
        var copy = Directory.CreateTempSubdirectory("manifests-");
        foreach (var file in tree.Files)
        {
            var target = Path.Combine(copy.FullName, tree.Relative(file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }

        return copy;
    }
}
