using System.Text.RegularExpressions;
using InferenceTracing.Manifests.Tests.Rendering;

namespace InferenceTracing.Manifests.Tests.Checks.Telemetry;

/// <summary>Every variable that a configuration reads is set, or has a default.</summary>
internal sealed partial class EnvironmentCheck : IManifestCheck
{
    public string Name => "telemetry-environment";

    public IEnumerable<Finding> Check(RenderedManifests manifests) =>
        from config in ConfigFiles.Of(manifests)
        from variable in config.Root.Scalars().SelectMany(scalar => VariablePattern().Matches(scalar.Value))
            .Select(match => match.Groups["name"].Value).Distinct()
        where !config.Environment.ContainsKey(variable) && !(config.Pod.IsOperated && variable == "POD_NAME")
        select config.Finding($"container {config.Container.Name} has no variable {variable}");

    [GeneratedRegex(@"\$\{(env:)?(?<name>\w+)\}")]
    private static partial Regex VariablePattern();
}
