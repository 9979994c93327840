using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Examples;

/// <summary>
/// A case of Broken/&lt;check&gt;.yaml: from a line <c># case: name</c> to the next one, with the finding it must give in <c># expect: …</c>. Its
/// documents are put over the good example's objects; or it is one document with <c>tree</c>, the files of a tree of its own by their paths.
/// </summary>
internal sealed record BrokenExample(string Check, string Expected, RenderedManifests Manifests) : IDisposable
{
    private const string CasePrefix = "# case: ";

    private const string ExpectPrefix = "# expect: ";

    private const string AsPrefix = "# as: ";

    private static readonly string Folder = Path.Combine(Locations.Examples, "Broken");

    private DirectoryInfo? _written;

    /// <summary>All of them, as <c>check/name</c>.</summary>
    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.yaml")
            .SelectMany(file => Cases(Path.GetFileNameWithoutExtension(file)).Keys.Select(name => $"{Path.GetFileNameWithoutExtension(file)}/{name}"))
            .Order(StringComparer.Ordinal);

    public static BrokenExample Load(string name)
    {
        var (check, lines) = (name.Split('/')[0], Cases(name.Split('/')[0])[name.Split('/')[1]]);
        var expected = lines.Single(line => line.StartsWith(ExpectPrefix, StringComparison.Ordinal))[ExpectPrefix.Length..];
        var renderedAs = lines.FirstOrDefault(line => line.StartsWith(AsPrefix, StringComparison.Ordinal))?[AsPrefix.Length..] ?? name;
        var documents = YamlReader.Read(string.Join('\n', lines)).Cast<JsonObject>().ToList();

        if (documents is [{ } only] && only["tree"] is JsonObject tree)
        {
            var folder = Write(tree, only["executable"] as JsonArray ?? []);
            return new BrokenExample(check, expected, new RenderedManifests(name, new ManifestTree(folder.FullName), [])) { _written = folder };
        }

        return new BrokenExample(check, expected,
            new RenderedManifests(renderedAs, GoodExample.Tree, [.. Patched(documents).Select(root => new Manifest(root))]));
    }

    public void Dispose() => _written?.Delete(recursive: true);

    private static Dictionary<string, List<string>> Cases(string check)
    {
        var cases = new Dictionary<string, List<string>>();
        List<string> current = [];

        foreach (var line in File.ReadLines(Path.Combine(Folder, $"{check}.yaml")))
        {
            if (line.StartsWith(CasePrefix, StringComparison.Ordinal))
            {
                cases.Add(line[CasePrefix.Length..], current = []);
            }

            current.Add(line);
        }

        return cases;
    }

    private static DirectoryInfo Write(JsonObject tree, JsonArray executable)
    {
        var folder = Directory.CreateTempSubdirectory("broken-example-");

        foreach (var (path, content) in tree)
        {
            var file = Path.Combine(folder.FullName, path);
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllText(file, content!.GetValue<string>());

            if (executable.Any(name => name!.GetValue<string>() == path) && !OperatingSystem.IsWindows())
            {
                File.SetUnixFileMode(file, File.GetUnixFileMode(file) | UnixFileMode.UserExecute);
            }
        }

        return folder;
    }

    private static List<JsonObject> Patched(IEnumerable<JsonObject> patches)
    {
        var objects = GoodExample.Objects().ToList();
        foreach (var patch in patches)
        {
            var id = new Manifest(patch).ToString();
            var target = objects.FirstOrDefault(item => new Manifest(item).ToString() == id);
            switch (patch.Text("$patch"))
            {
                case "delete":
                    objects.Remove(target!);
                    break;
                case "add":
                    patch.Remove("$patch");
                    objects.Add(patch);
                    break;
                case null when target is not null:
                    Patch.Apply(target, patch);
                    break;
                default:
                    throw new InvalidDataException($"{id} is not in the good example; a new object says $patch: add.");
            }
        }

        return objects;
    }
}
