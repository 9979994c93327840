using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Tree;

/// <summary>
/// What checks.yaml says somebody will make, somebody makes: a script names each Secret with all its keys, some file each ConfigMap.
/// </summary>
internal sealed partial class TrustCheck : IManifestCheck
{
    public string Name => "trust";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var tree = manifests.Tree;
        var files = tree.Files
            .Where(file => tree.Relative(file) != "checks.yaml" && Path.GetExtension(file) is not (".md" or ".txt")).ToDictionary(file =>
            file, File.ReadAllText);
        var scripts = files.Where(file => Path.GetExtension(file.Key) is "" or ".sh").SelectMany(file => file.Value.Split('\n')).ToList();

        foreach (var entry in tree.Trusted.Items("secrets"))
        {
            var words = entry.Text("name")!.Split('/').Concat(entry.Texts("keys").Select(key => key + "=")).ToList();
            if (!scripts.Any(line => words.All(word => line.Contains(word, StringComparison.Ordinal))))
            {
                yield return new Finding("checks.yaml",
                    $"no script makes the Secret {entry.Text("name")} with {string.Join(", ", entry.Texts("keys"))}");
            }
        }

        foreach (var entry in tree.Trusted.Items("configMaps"))
        {
            var words = entry.Texts("keys").Append(entry.Text("name")!.Split('/')[^1]).ToList();
            if (!files.Values.Any(text => words.All(WordPattern().Matches(text).Select(match => match.Value).Contains)))
            {
                yield return new Finding("checks.yaml",
                    $"no file makes the ConfigMap {entry.Text("name")} with {string.Join(", ", entry.Texts("keys"))}");
            }
        }
    }

    [GeneratedRegex(@"[\w.-]+")]
    private static partial Regex WordPattern();
}
