using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary><c>$(X)</c> is filled in only from variables that stand before it; otherwise it stays as it is, and nobody says so.</summary>
internal sealed partial class VariableCheck : IManifestCheck
{
    public string Name => "variables";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        from pod in manifests.Cluster.Workloads
        from container in pod.Containers
        where !container.Node.Items("envFrom").Any()
        from problem in Problems(container)
        select new Finding(pod.ToString(), $"container {container.Name}: {problem}");

    private static IEnumerable<string> Problems(Container container)
    {
        var known = new HashSet<string>();
        foreach (var variable in container.Node.Items("env"))
        {
            foreach (var name in Named(variable.Text("value") ?? "").Where(name => !known.Contains(name)))
            {
                yield return $"{variable.Text("name")} needs {name}, which does not stand before it";
            }

            known.Add(variable.Text("name") ?? "");
        }

        foreach (var name in container.CommandLine.SelectMany(Named).Where(name => !known.Contains(name)).Distinct())
        {
            yield return $"the command line needs {name}, which is not set";
        }
    }

    private static IEnumerable<string> Named(string text) => VariablePattern().Matches(text).Select(match => match.Groups["name"].Value);

    // Upper case: the rest is a shell's own $(command).
    [GeneratedRegex(@"(?<!\$)\$\((?<name>[A-Z][A-Z0-9_]*)\)")]
    private static partial Regex VariablePattern();
}
