using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Topology;

/// <summary>The services of the compose files, laid over one another as Compose does it, as far as addresses and ports go; needs no Docker.</summary>
internal static partial class ComposeParts
{
    /// <summary>The edge in the field.</summary>
    public static IReadOnlyDictionary<string, PlacedPart> Edge { get; } = Read("edge.yaml");

    /// <summary>The whole system, of every profile.</summary>
    public static IReadOnlyDictionary<string, PlacedPart> Laptop { get; } = Read("edge.yaml", "laptop/edge.yaml", "laptop.yaml");

    private static Dictionary<string, PlacedPart> Read(params string[] files) => files
        .Select(file => YamlReader.Read(File.ReadAllText(Path.Combine(Locations.Root, "compose", file))).Single())
        .SelectMany(file => file.Entries("services"))
        .GroupBy(service => service.Key, service => service.Value)
        .ToDictionary(service => service.Key, service => new PlacedPart(
            Usual(service.Select(layer => layer.Text("image")).Last(image => image is not null)!),
            service.SelectMany(layer => layer.Map("environment")).GroupBy(variable => variable.Key, variable => Usual(variable.Value))
                .ToDictionary(variable => variable.Key, variable => variable.Last()),
            [.. service.SelectMany(Ports)]));

    /// <summary>Of <c>127.0.0.1:outside:inside</c> both.</summary>
    private static IEnumerable<int> Ports(JsonNode? service) => service.Texts("ports").SelectMany(port => Usual(port).Split(':')[1..]).Select(int.Parse);

    /// <summary>A value as it is where the variable in it is not set.</summary>
    private static string Usual(string value) => VariablePattern().Replace(value, "$1");

    [GeneratedRegex(@"\$\{\w+:-([^${}]*)\}")]
    private static partial Regex VariablePattern();
}
