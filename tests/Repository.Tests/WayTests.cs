using System.Globalization;
using System.Text.RegularExpressions;

namespace InferenceTracing.Repository.Tests;

/// <summary>The ways of a photograph and of a span, as docs/architecture.md names their files: as many as it says, and few enough for a newcomer to follow.</summary>
public sealed partial class WayTests
{
    private const string Document = "docs/architecture.md";

    [Theory]
    [InlineData("A photograph's way", 40)]
    [InlineData("A span's way", 25)]
    internal void Way_InTheDocument_HasAsManyFilesAsItSays(string heading, int most)
    {
        var way = Section(heading);
        var said = int.Parse(CountPattern().Match(way).Groups["count"].Value, CultureInfo.InvariantCulture);
        var files = FilePattern().Matches(string.Concat(way.Split('\n').Where(line => line.StartsWith('|')))).Select(link => link.Groups["file"].Value).ToList();

        Assert.All(files, file => Assert.True(File.Exists(RepositoryFiles.Full(file)), file));
        Assert.Distinct(files);
        Assert.Equal(said, files.Count);
        Assert.InRange(files.Count, 1, most);
    }

    private static string Section(string heading) =>
        File.ReadAllText(RepositoryFiles.Full(Document)).Split("\n## ").Single(section => section.StartsWith(heading + '\n', StringComparison.Ordinal));

    [GeneratedRegex(@"\*\*(?<count>\d+) files\*\*")]
    private static partial Regex CountPattern();

    [GeneratedRegex(@"\]\(\.\./(?<file>[^)\s]+\.cs)\)")]
    private static partial Regex FilePattern();
}
