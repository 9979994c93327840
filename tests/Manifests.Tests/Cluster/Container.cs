using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Cluster;

/// <summary>A container of a pod; an init container that restarts always is a sidecar and counts as long-running.</summary>
internal sealed record Container(JsonNode Node, bool IsInit)
{
    public string Name => Node.Text("name") ?? "";

    public string Image => Node.Text("image") ?? "";

    public bool IsSidecar => IsInit && Node.Text("restartPolicy") == "Always";

    public IEnumerable<ContainerPort> Ports => Node.Items("ports")
        .Select(port => new ContainerPort(port.Text("name"), port.Int("containerPort") ?? 0, port.Text("protocol") ?? "TCP"));

    public IEnumerable<string> CommandLine => Node.Texts("command").Concat(Node.Texts("args"));

    /// <summary>The mount that holds a path: the longest that is a prefix of it.</summary>
    public JsonNode? MountOf(string path) => Node.Items("volumeMounts")
        .Where(mount => mount.Text("mountPath") is { } at
            && (path == at || path.StartsWith(at.TrimEnd('/') + "/", StringComparison.Ordinal)))
        .MaxBy(mount => mount.Text("mountPath")!.Length);
}
