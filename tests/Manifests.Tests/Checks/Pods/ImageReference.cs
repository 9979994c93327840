using System.Text.RegularExpressions;

namespace InferenceTracing.Manifests.Tests.Checks.Pods;

/// <summary>An image's name taken apart: <c>registry:5000/group/name:tag@sha256:…</c>.</summary>
internal sealed partial record ImageReference(string Repository, string? Tag, string? Digest)
{
    public static ImageReference? Parse(string text)
    {
        var match = Pattern().Match(text);
        return match.Success ? new ImageReference(match.Groups["repository"].Value, Part(match, "tag"), Part(match, "digest")) : null;
    }

    private static string? Part(Match match, string group) => match.Groups[group].Success ? match.Groups[group].Value : null;

    [GeneratedRegex(@"^(?<repository>[a-z0-9.-]+(:\d+)?(/[a-z0-9._-]+)*?)(:(?<tag>\w[\w.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$")]
    private static partial Regex Pattern();
}
