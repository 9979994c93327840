using System.Text.Json.Nodes;

namespace InferenceTracing.Manifests.Tests.Rendering;

/// <summary>Ways into an object whose shape nobody promised: what is absent or of another type is null or empty.</summary>
internal static class Node
{
    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var step in path)
        {
            node = (node as JsonObject)?[step];
        }

        return node;
    }

    /// <summary>A scalar as it would be written; null for anything else.</summary>
    public static string? Text(this JsonNode? node, params ReadOnlySpan<string> path) => (node.At(path) as JsonValue)?.ToString();

    public static int? Int(this JsonNode? node, params ReadOnlySpan<string> path) =>
        int.TryParse(node.Text(path), out var number) ? number : null;

    public static bool? Bool(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) ? flag : null;

    public static IEnumerable<JsonNode> Items(this JsonNode? node, params ReadOnlySpan<string> path) =>
        (node.At(path) as JsonArray)?.OfType<JsonNode>() ?? [];

    public static IEnumerable<string> Texts(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.Items(path).Select(item => item.Text()).OfType<string>();

    public static IEnumerable<KeyValuePair<string, JsonNode?>> Entries(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) as JsonObject ?? Enumerable.Empty<KeyValuePair<string, JsonNode?>>();

    public static Dictionary<string, string> Map(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.Entries(path).ToDictionary(entry => entry.Key, entry => entry.Value.Text() ?? "");

    /// <summary>Every object in the tree, this one first.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonNode? node) => node switch
    {
        JsonObject self => self.SelectMany(entry => entry.Value.Objects()).Prepend(self),
        JsonArray list => list.SelectMany(item => item.Objects()),
        _ => [],
    };

    /// <summary>Every scalar in the tree with the name of the field that holds it; an item of a list counts for the list's field.</summary>
    public static IEnumerable<(string Field, string Value)> Scalars(this JsonNode? node, string field = "") => node switch
    {
        JsonObject self => self.SelectMany(entry => entry.Value.Scalars(entry.Key)),
        JsonArray list => list.SelectMany(item => item.Scalars(field)),
        JsonValue value => [(field, value.ToString())],
        _ => [],
    };
}
