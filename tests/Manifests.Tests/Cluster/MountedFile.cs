using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster;

/// <summary>What lies at a path in a container: which volume, and for a ConfigMap the text itself.</summary>
internal sealed record MountedFile(JsonNode Volume, bool Exists, string? Text)
{
    /// <summary>Null where no volume is mounted above the path.</summary>
    public static MountedFile? At(string path, Workload pod, Container container, RenderedManifests manifests)
    {
        if (container.MountOf(path) is not { } mount || pod.Volume(mount.Text("name") ?? "") is not { } volume)
        {
            return null;
        }

        var below = path[mount.Text("mountPath")!.TrimEnd('/').Length..].TrimStart('/');
        var name = mount.Text("subPath") is { } subPath ? (below.Length > 0 ? $"{subPath}/{below}" : subPath) : below;
        var sources = Sources(volume).ToList();
        if (sources.Count == 0)
        {
            return new MountedFile(volume, Exists: true, Text: null);
        }

        foreach (var (kind, source, nameField) in sources)
        {
            var items = source.Items("items").ToList();
            var key = items.Count == 0 ? name : items.FirstOrDefault(item => item.Text("path") == name)?.Text("key");
            if (key is not null && manifests.Cluster.FindKeyed(kind, pod.Namespace, source.Text(nameField))?.Has(key) == true)
            {
                return new MountedFile(volume, Exists: true, kind == "ConfigMap"
                    ? TextOf(manifests, pod.Namespace, source.Text(nameField), key) : null);
            }
        }

        return new MountedFile(volume, Exists: false, Text: null);
    }

    private static IEnumerable<(string Kind, JsonNode Source, string NameField)> Sources(JsonNode volume)
    {
        foreach (var part in volume.Items("projected", "sources").Prepend(volume))
        {
            var isProjected = part != volume;
            if (part.At("configMap") is { } map)
            {
                yield return ("ConfigMap", map, "name");
            }
            else if (part.At("secret") is { } secret)
            {
                yield return ("Secret", secret, isProjected ? "name" : "secretName");
            }
        }
    }

    private static string? TextOf(RenderedManifests manifests, string space, string? name, string key) => manifests.OfKind("ConfigMap")
        .FirstOrDefault(map => map.Namespace == space && map.Name == name)?.Root.Text("data", key);
}
