using System.Text.RegularExpressions;

namespace InferenceTracing.Manifests.Tests.Rendering;

/// <summary>An overlay, alone or with components on top: what a reader of the README may apply.</summary>
internal sealed partial record Combination(string Overlay, IReadOnlyList<string> Components)
{
    public string Name => string.Join(" + ", Components.Prepend(Overlay));

    /// <summary>Every overlay, and every line of the README such as <c>overlays/minikube + components/kafka</c>.</summary>
    public static IReadOnlyList<Combination> Of(ManifestTree tree) =>
    [
        .. tree.Overlays.Select(overlay => new Combination(overlay, []))
            .Concat(NamedPattern().Matches(tree.Readme).Select(match => Parse(match.Value)))
            .DistinctBy(combination => combination.Name),
    ];

    private static Combination Parse(string text)
    {
        var parts = text.Split('+', StringSplitOptions.TrimEntries);
        return new Combination(parts[0], parts[1..]);
    }

    [GeneratedRegex(@"overlays/[\w./-]*\w(?: \+ components/[\w./-]*\w)+")]
    private static partial Regex NamedPattern();
}
