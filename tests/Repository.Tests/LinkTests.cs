using System.Text.RegularExpressions;

namespace InferenceTracing.Repository.Tests;

public sealed partial class LinkTests
{
    public static TheoryData<string> Documents => [.. RepositoryFiles.Named("*.md")];

    [Theory]
    [MemberData(nameof(Documents))]
    public void Link_InADocument_LeadsSomewhere(string document)
    {
        var broken = LinkPattern().Matches(File.ReadAllText(RepositoryFiles.Full(document)))
            .Select(link => link.Groups["target"].Value)
            .Where(target => !target.Contains("://", StringComparison.Ordinal) && !Leads(document, target));

        Assert.Empty(broken);
    }

    [Theory]
    [InlineData("docs/architecture.md", "../README.md", true)]
    [InlineData("README.md", "docs/operations.md#models", true)]
    [InlineData("README.md", "docs/nowhere.md", false)]
    [InlineData("README.md", "docs/operations.md#nowhere", false)]
    internal void Leads_KnownTargets_AreToldApart(string document, string target, bool expected) =>
        Assert.Equal(expected, Leads(document, target));

    private static bool Leads(string document, string target)
    {
        var (path, anchor) = target.Split('#') is [var before, var after] ? (before, after) : (target, null);
        var file = path.Length == 0
            ? RepositoryFiles.Full(document)
            : Path.GetFullPath(Path.Combine(Path.GetDirectoryName(RepositoryFiles.Full(document))!, path));

        return (File.Exists(file) || Directory.Exists(file)) && (anchor is null || Anchors(file).Contains(anchor));
    }

    /// <summary>As GitHub makes them of headings: lower case, blanks to hyphens, punctuation left out.</summary>
    private static IEnumerable<string> Anchors(string file) =>
        File.ReadLines(file)
            .Where(line => line.StartsWith('#'))
            .Select(line => line.TrimStart('#').Trim().ToLowerInvariant())
            .Select(heading => string.Concat(heading.Where(letter => char.IsLetterOrDigit(letter) || letter is ' ' or '-' or '_')).Replace(' ', '-'));

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex LinkPattern();
}
