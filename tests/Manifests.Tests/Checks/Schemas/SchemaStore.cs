using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Schemas;

/// <summary>The schemas that an API server serves, by kind. One file is one group and version, and its references stay inside it.</summary>
internal sealed class SchemaStore
{
    private readonly Dictionary<(string ApiVersion, string Kind), (JsonNode Schema, JsonNode File)> _kinds = [];

    private SchemaStore(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.json"))
        {
            var file = JsonNode.Parse(File.ReadAllText(path))!["schemas"]!;
            foreach (var (_, schema) in file.Entries())
            {
                foreach (var kind in schema.Items("x-kubernetes-group-version-kind"))
                {
                    var group = kind.Text("group");
                    var version = kind.Text("version");
                    _kinds[(string.IsNullOrEmpty(group) ? version! : $"{group}/{version}", kind.Text("kind")!)] = (schema!, file);
                }
            }
        }
    }

    /// <summary>Null where there is no folder of schemas.</summary>
    public static SchemaStore? Shared { get; } = Directory.Exists(Locations.Schemas) ? new SchemaStore(Locations.Schemas) : null;

    public (JsonNode Schema, JsonNode File)? Find(Manifest item) => _kinds.TryGetValue((item.ApiVersion, item.Kind), out var found)
        ? found : null;
}
