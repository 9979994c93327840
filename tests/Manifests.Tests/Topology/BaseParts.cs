using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Topology;

/// <summary>The deployments and services of k8s/base as they are written, so that no kubectl is needed.</summary>
internal static class BaseParts
{
    private static readonly List<JsonNode> Objects =
    [
        .. Directory.EnumerateFiles(Path.Combine(Locations.Manifests, "base"), "*.yaml").SelectMany(file => YamlReader.Read(File.ReadAllText(file))),
    ];

    public static IReadOnlyDictionary<string, PlacedPart> All { get; } = OfKind("Deployment").ToDictionary(Name, Read);

    private static PlacedPart Read(JsonNode deployment)
    {
        var container = deployment.Items("spec", "template", "spec", "containers").Single();
        var service = OfKind("Service").Single(each => Name(each) == Name(deployment));
        return new PlacedPart(
            container.Text("image")!,
            container.Items("env").Where(variable => variable.Text("value") is not null).ToDictionary(Name, variable => variable.Text("value")!),
            [
                .. container.Items("ports").Select(port => port.Int("containerPort")!.Value),
                .. service.Items("spec", "ports").Select(port => port.Int("port")!.Value),
            ]);
    }

    private static IEnumerable<JsonNode> OfKind(string kind) => Objects.Where(item => item.Text("kind") == kind);

    private static string Name(JsonNode item) => item.Text("metadata", "name") ?? item.Text("name")!;
}
