using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Schemas;

/// <summary>Lists that the server treats as maps or sets: a key twice is an error there or silently loses one of the two.</summary>
internal static class ListKeys
{
    public static IEnumerable<string> Duplicates(JsonArray list, JsonNode schema, string path)
    {
        Func<JsonNode?, string>? key = schema.Text("x-kubernetes-list-type") switch
        {
            "map" => item => string.Join("/", schema.Texts("x-kubernetes-list-map-keys").Select(name => item.Text(name) ?? Default(name))),
            "set" => item => item?.ToJsonString() ?? "",
            _ => schema.Text("x-kubernetes-patch-merge-key") is { } merge ? item =>
                item.Text(merge) + "/" + (item.Text("protocol") ?? "TCP") : null,
        };

        return key is null ? [] : list.GroupBy(key)
            .Where(group => group.Count() > 1)
            .Select(group => $"{SchemaValidator.At(path)} has {group.Key.TrimEnd('/')} {group.Count()} times");
    }

    private static string Default(string name) => name == "protocol" ? "TCP" : "";
}
