using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Examples;

/// <summary>
/// Puts one object's fields over another's: null removes, lists of named things merge by name, other lists are replaced, and where a text
/// holds YAML (a ConfigMap's file) fields go into that.
/// </summary>
internal static class Patch
{
    public static void Apply(JsonObject target, JsonObject patch)
    {
        foreach (var (field, value) in patch)
        {
            if (value is null)
            {
                target.Remove(field);
            }
            else if (value is JsonObject deeper && target[field] is JsonObject below)
            {
                Apply(below, deeper);
            }
            else if (value is JsonObject inside && target[field] is JsonValue text)
            {
                var parsed = (JsonObject)YamlReader.Read(text.ToString()).Single();
                Apply(parsed, inside);
                target[field] = parsed.ToJsonString();
            }
            else if (value is JsonArray { Count: > 0 } named && target[field] is JsonArray list && named.All(IsNamed) && list.All(IsNamed))
            {
                Merge(list, named);
            }
            else
            {
                target[field] = value.DeepClone();
            }
        }
    }

    private static void Merge(JsonArray list, JsonArray named)
    {
        foreach (var item in named.Cast<JsonObject>())
        {
            if (item.Text("$patch") == "delete")
            {
                list.Remove(list.First(existing => existing.Text("name") == item.Text("name")));
            }
            else if (list.OfType<JsonObject>().FirstOrDefault(existing => existing.Text("name") == item.Text("name")) is { } found)
            {
                Apply(found, item);
            }
            else
            {
                list.Add(item.DeepClone());
            }
        }
    }

    private static bool IsNamed(JsonNode? item) => item.Text("name") is not null;
}
