using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Tree;

/// <summary>The README names what is there and nothing else, and the scripts can be read by bash.</summary>
internal sealed partial class ReadmeCheck : IManifestCheck
{
    public string Name => "readme";

    public IEnumerable<Finding> Check(RenderedManifests manifests)
    {
        var tree = manifests.Tree;
        var there = tree.Overlays.Concat(tree.Components).ToHashSet();
        var named = NamePattern().Matches(tree.Readme).Select(match => match.Value.TrimEnd('.', '/')).ToHashSet();

        // components/jaeger may stand for the folder that components/jaeger/badger is in.
        foreach (var name in named
            .Where(name => !there.Contains(name) && !there.Any(folder => folder.StartsWith(name + "/", StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal))
        {
            yield return new Finding("README.md", $"names {name}, which is not there");
        }

        foreach (var name in there.Except(named).Order(StringComparer.Ordinal))
        {
            yield return new Finding("README.md", $"does not name {name}");
        }

        var scripts = tree.Files.Where(file => File.ReadLines(file).FirstOrDefault()?.StartsWith("#!", StringComparison.Ordinal) == true)
            .Select(tree.Relative);
        foreach (var script in scripts.Union(["up", "down"]))
        {
            if (Problem(Path.Combine(tree.Root, script)) is { } problem)
            {
                yield return new Finding(script, problem);
            }
        }
    }

    private static string? Problem(string script)
    {
        if (!File.Exists(script))
        {
            return "is not there";
        }

        if (!OperatingSystem.IsWindows() && !File.GetUnixFileMode(script).HasFlag(UnixFileMode.UserExecute))
        {
            return "is not executable";
        }

        return ShellSyntax.IsScript(File.ReadAllText(script)) ? null : "is no bash";
    }

    [GeneratedRegex(@"\b(overlays|components)/[a-z0-9][\w./-]*")]
    private static partial Regex NamePattern();
}
