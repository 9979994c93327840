using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster.Operators;

/// <summary>Fills in what an operator adds to a pod template; what is written there already stays.</summary>
internal static class TemplateBuilding
{
    public static JsonObject Ensure(this JsonObject node, string field)
    {
        if (node[field] is not JsonObject child)
        {
            node[field] = child = [];
        }

        return child;
    }

    public static JsonObject EnsureContainer(this JsonObject podSpec, string name)
    {
        if (podSpec["containers"] is not JsonArray containers)
        {
            podSpec["containers"] = containers = [];
        }

        if (containers.OfType<JsonObject>().FirstOrDefault(container => container.Text("name") == name) is not { } found)
        {
            containers.Add(found = new JsonObject { ["name"] = name });
        }

        return found;
    }

    public static JsonObject Put(this JsonObject node, string field, string value)
    {
        node.TryAdd(field, JsonValue.Create(value));
        return node;
    }

    public static JsonObject Put(this JsonObject node, IReadOnlyDictionary<string, string> fields)
    {
        foreach (var (field, value) in fields)
        {
            node.Put(field, value);
        }

        return node;
    }

    public static JsonObject PutPorts(this JsonObject container, params (string Name, int Number)[] ports)
    {
        container.TryAdd("ports",
            new JsonArray([.. ports.Select(port => new JsonObject { ["name"] = port.Name, ["containerPort"] = port.Number })]));
        return container;
    }
}
