using System.Text.Json.Nodes;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Topology;

/// <summary>The deployments and services of k8s/base as they are written, so that no kubectl is needed: those of the models once for each folder of k8s/models.</summary>
internal static class BaseParts
{
    private static readonly List<JsonNode> Objects =
    [
        .. Directory.EnumerateFiles(Path.Combine(Locations.Manifests, "base"), "*.yaml").Select(File.ReadAllText).Concat(Models()).SelectMany(YamlReader.Read),
    ];

    public static IReadOnlyDictionary<string, PlacedPart> All { get; } = OfKind("Deployment").ToDictionary(Name, Read);

    private static IEnumerable<string> Models()
    {
        var model = File.ReadAllText(Path.Combine(Locations.Manifests, "components", "model", "model.yaml"));
        return Directory.EnumerateDirectories(Path.Combine(Locations.Manifests, "models"))
            .Select(folder => model.Replace("name: model\n", $"name: {Path.GetFileName(folder)}\n", StringComparison.Ordinal));
    }

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
