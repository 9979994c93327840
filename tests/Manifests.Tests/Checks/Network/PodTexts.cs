using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Cluster;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Network;

/// <summary>Everything a pod is told: environment, command lines, mounted files; with the environment's values filled in.</summary>
internal sealed partial class PodTexts(RenderedManifests manifests)
{
    /// <summary>Texts, with the variable's name for those that are one's value.</summary>
    public IEnumerable<(string? Variable, string Text)> Of(Workload pod)
    {
        foreach (var container in pod.Containers)
        {
            var environment = Environment(pod, container);
            foreach (var (name, value) in environment)
            {
                yield return (name, value);
            }

            var files = container.Node.Items("volumeMounts")
                .SelectMany(mount => Files(pod, mount.Text("name") ?? "", mount.Text("subPath")));
            foreach (var text in container.CommandLine.Concat(files))
            {
                yield return (null, Fill(CommentPattern().Replace(text, ""), environment));
            }
        }

        // An operator's collector carries its configuration in the resource itself.
        foreach (var (_, value) in pod.Owner.Kind == "OpenTelemetryCollector" ? pod.Owner.Spec.At("config").Scalars() : [])
        {
            yield return (null, Fill(value, Environment(pod, pod.Containers.Single(container => container.Name == "otc-container"))));
        }
    }

    /// <summary>A container's variables; what comes from a Secret or a field of the pod is there with a made-up value.</summary>
    public Dictionary<string, string> Environment(Workload pod, Container container)
    {
        var values = new Dictionary<string, string>();
        foreach (var source in container.Node.Items("envFrom"))
        {
            var prefix = source.Text("prefix") ?? "";
            foreach (var (key, value) in Data(pod.Namespace, source.Text("configMapRef", "name")))
            {
                values[prefix + key] = value;
            }

            foreach (var key in manifests.Cluster.FindKeyed("Secret", pod.Namespace, source.Text("secretRef", "name"))?.Keys ?? [])
            {
                values[prefix + key] = "from-a-secret";
            }
        }

        foreach (var variable in container.Node.Items("env"))
        {
            var map = variable.At("valueFrom", "configMapKeyRef");
            var value = variable.Text("value")
                ?? (map is null ? null : Data(pod.Namespace, map.Text("name")).GetValueOrDefault(map.Text("key") ?? ""))
                ?? (variable.At("valueFrom") is null ? "" : "from-the-pod");
            values[variable.Text("name") ?? ""] = Fill(value, values);
        }

        return values;
    }

    /// <summary>
    /// <c>$(X)</c> as Kubernetes fills it in, <c>${env:X}</c> and <c>${env:X:-default}</c> as a collector does, <c>${X}</c> as a shell
    /// does.
    /// </summary>
    public static string Fill(string text, IReadOnlyDictionary<string, string> environment) => VariablePattern().Replace(text, match =>
        environment.TryGetValue(match.Groups["name"].Value, out var value) ? value
        : match.Groups["default"].Success ? match.Groups["default"].Value
        : match.Value);

    /// <summary>The files of a volume that comes from ConfigMaps.</summary>
    public IEnumerable<string> Files(Workload pod, string volumeName, string? subPath = null)
    {
        var volume = pod.Volume(volumeName);
        var maps = new[] { volume.At("configMap") }.Concat(volume.Items("projected", "sources").Select(source => source.At("configMap")));
        foreach (var map in maps.Where(map => map is not null))
        {
            var chosen = map.Items("items").ToDictionary(item => item.Text("key") ?? "", item => item.Text("path"));
            foreach (var (key, value) in Data(pod.Namespace, map.Text("name")))
            {
                if ((chosen.Count == 0 || chosen.ContainsKey(key))
                    && (subPath is null || subPath == (chosen.GetValueOrDefault(key) ?? key)))
                {
                    yield return value;
                }
            }
        }
    }

    private Dictionary<string, string> Data(string space, string? name) =>
        manifests.OfKind("ConfigMap").FirstOrDefault(map => map.Namespace == space && map.Name == name)?.Root.Map("data") ?? [];

    [GeneratedRegex(@"\$(\((?<name>\w+)\)|\{(env:)?(?<name>\w+)(:-(?<default>[^}]*))?\})")]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"(^|\s)#.*$", RegexOptions.Multiline)]
    private static partial Regex CommentPattern();
}
