using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Examples;

/// <summary>
/// A file Broken/&lt;check&gt;/&lt;case&gt;.yaml: the good example with these objects put over its own, and in the first line the finding
/// it must give.
/// Or a folder with a file <c>expect.txt</c>, which stands for itself.
/// </summary>
internal sealed record BrokenExample(string Check, string Expected, RenderedManifests Manifests)
{
    private const string ExpectPrefix = "# expect: ";

    private const string AsPrefix = "# as: ";

    private static readonly string Folder = Path.Combine(Checkout.Examples, "Broken");

    public static IEnumerable<string> Names =>
        Directory.EnumerateFiles(Folder, "*.yaml", new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = 1 })
            .Concat(Directory.EnumerateFiles(Folder, "expect.txt", SearchOption.AllDirectories)
                .Select(file => Path.GetDirectoryName(file)!))
            .Select(path => Path.GetRelativePath(Folder, path).Replace('\\', '/'))
            .Order(StringComparer.Ordinal);

    public static BrokenExample Load(string name)
    {
        var path = Path.Combine(Folder, name);
        var check = name.Split('/')[0];
        if (Directory.Exists(path))
        {
            return new BrokenExample(check, File.ReadAllText(Path.Combine(path, "expect.txt")).Trim(),
                new RenderedManifests(name, new ManifestTree(path), []));
        }

        var lines = File.ReadAllLines(path);
        var expected = lines.Single(line => line.StartsWith(ExpectPrefix, StringComparison.Ordinal))[ExpectPrefix.Length..];
        var renderedAs = lines.FirstOrDefault(line => line.StartsWith(AsPrefix, StringComparison.Ordinal))?[AsPrefix.Length..] ?? name;
        return new BrokenExample(check, expected,
            new RenderedManifests(renderedAs, GoodExample.Tree, [.. Patched(lines).Select(root => new Manifest(root))]));
    }

    private static List<JsonObject> Patched(string[] lines)
    {
        var objects = GoodExample.Objects().ToList();
        foreach (var patch in YamlReader.Read(string.Join('\n', lines)).Cast<JsonObject>())
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
