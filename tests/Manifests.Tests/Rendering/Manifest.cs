using System.Text.Json.Nodes;

namespace InferenceTracing.Manifests.Tests.Rendering;

/// <summary>One object as it would be sent to the API server.</summary>
internal sealed class Manifest(JsonObject root)
{
    public JsonObject Root => root;

    public string ApiVersion { get; } = root.Text("apiVersion") ?? "";

    public string Kind { get; } = root.Text("kind") ?? "";

    public string Name { get; } = root.Text("metadata", "name") ?? "";

    /// <summary>Empty for what belongs to the whole cluster.</summary>
    public string Namespace { get; } = root.Text("metadata", "namespace") ?? "";

    /// <summary>The API group; empty for the core one.</summary>
    public string Group => ApiVersion.Contains('/') ? ApiVersion[..ApiVersion.IndexOf('/')] : "";

    public JsonNode? Spec => root["spec"];

    public Dictionary<string, string> Labels => root.Map("metadata", "labels");

    public Dictionary<string, string> Annotations => root.Map("metadata", "annotations");

    public override string ToString() => Namespace.Length > 0 ? $"{Kind} {Namespace}/{Name}" : $"{Kind} {Name}";
}
