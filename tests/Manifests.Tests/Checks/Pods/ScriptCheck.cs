using InferenceTracing.Manifests.Tests.Checks.Tree;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>Scripts in command lines and ConfigMaps can be read by a shell.</summary>
internal sealed class ScriptCheck : IManifestCheck
{
    private static readonly string[] Shells = ["sh", "bash", "/bin/sh", "/bin/bash"];

    public string Name => "scripts";

    public IEnumerable<Finding> Check(RenderedManifests manifests) => Inline(manifests).Concat(Files(manifests));

    private static IEnumerable<Finding> Inline(RenderedManifests manifests) =>
        from pod in manifests.Cluster.Workloads
        from container in pod.Containers
        let script = Script(container)
        where script is not null && !ShellSyntax.IsScript(script)
        select new Finding(pod.ToString(), $"container {container.Name}: the command line is no script");

    // The word after the option that ends in c: -c, -ec, -euc.
    private static string? Script(Container container)
    {
        var line = container.CommandLine.ToList();
        var option = line.FindIndex(word => word.StartsWith('-') && word.EndsWith('c'));
        return line.Count > 0 && Shells.Contains(line[0]) && option >= 0 && option + 1 < line.Count ? line[option + 1] : null;
    }

    private static IEnumerable<Finding> Files(RenderedManifests manifests) =>
        from map in manifests.OfKind("ConfigMap")
        from file in map.Root.Map("data")
        where file.Key.EndsWith(".sh", StringComparison.Ordinal) && !ShellSyntax.IsScript(file.Value)
        select new Finding(map.ToString(), $"{file.Key} is no script");
}
