using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;
using InferenceTracing.Topology;

namespace InferenceTracing.Manifests.Tests.Topology;

/// <summary>What a service says of itself in its own folder: in its program, its settings and its image.</summary>
internal sealed partial class ServiceSource
{
    private readonly string _folder;

    private readonly JsonNode _settings;

    private ServiceSource(string folder)
    {
        _folder = folder;
        _settings = JsonNode.Parse(Read("appsettings.json"))!;
        Variables = VariablePattern().Matches(Read("Dockerfile")).ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);
        Exposed = [.. ExposePattern().Match(Read("Dockerfile")).Groups[1].Value.Split(' ').Select(int.Parse)];
    }

    /// <summary>What its image sets.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; }

    /// <summary>The ports its image names.</summary>
    public IReadOnlyList<int> Exposed { get; }

    public static ServiceSource Of(Part part) => new(Path.Combine(Locations.Root, part.Environment == "edge" ? "edge" : "services", part.Project));

    public string Read(string file) => File.ReadAllText(Path.Combine(_folder, file));

    /// <summary>Its default of a setting, named as in the environment; null where it has none.</summary>
    public string? Setting(string variable) => _settings.Text(variable.Split("__"));

    [GeneratedRegex(@"^(?:ENV|   ) (\w+)=(\S*)", RegexOptions.Multiline)]
    private static partial Regex VariablePattern();

    [GeneratedRegex(@"^EXPOSE ([\d ]+)", RegexOptions.Multiline)]
    private static partial Regex ExposePattern();
}
