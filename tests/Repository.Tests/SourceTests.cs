using System.Text.RegularExpressions;

namespace InferenceTracing.Repository.Tests;

/// <summary>What lets a newcomer find the file by its name, and read it in one go.</summary>
public sealed partial class SourceTests
{
    private const int FewestLines = 10;
    private const int MostLines = 300;

    private const string CallsNobody = "compose/setup/Program.cs";

    private static readonly string[] OneOfEach = ["Program.cs", "Log.cs"];

    [Fact]
    public void FileName_OfCode_IsThereOnce() =>
        Assert.Empty(RepositoryFiles.Named("*.cs").GroupBy(path => Path.GetFileName(path))
            .Where(same => same.Count() > 1 && !OneOfEach.Contains(same.Key))
            .Select(same => string.Join(" = ", same)));

    [Fact]
    public void Namespace_OfCode_IsItsFolder() =>
        Assert.Empty(RepositoryFiles.Named("*.cs").Select(path => (Path: path, Named: Namespace(path), Expected: Folders(path)))
            .Where(file => file.Named is not null && file.Named != file.Expected)
            .Select(file => $"{file.Path}: {file.Named}, not {file.Expected}"));

    [Fact]
    public void File_OfTheProduct_IsOneIdea() =>
        Assert.Empty(RepositoryFiles.Named("*.cs")
            .Where(path => !path.StartsWith("tests/", StringComparison.Ordinal) && Path.GetFileName(path) != "Program.cs")
            .Select(path => (Path: path, Lines: File.ReadLines(RepositoryFiles.Full(path)).Count()))
            .Where(file => file.Lines is < FewestLines or > MostLines)
            .Select(file => $"{file.Path}: {file.Lines} lines"));

    /// <summary>Time comes from a TimeProvider, so that a test can let it pass.</summary>
    [Fact]
    public void Clock_OfTheProduct_IsATimeProvider() => Assert.DoesNotContain(
        RepositoryFiles.Named("*.cs").Where(path => !path.StartsWith("tests/", StringComparison.Ordinal)),
        path => OwnClockPattern().IsMatch(File.ReadAllText(RepositoryFiles.Full(path))));

    /// <summary>
    /// The parts call each other directly, whatever proxy a machine names for the world outside. A program decides that once, for every client in it and in its
    /// libraries, so that nobody has to make one in a certain way.
    /// </summary>
    [Fact]
    public void Program_OfTheProduct_CallsPastTheProxy() => Assert.DoesNotContain(
        RepositoryFiles.Named("Program.cs").Where(path => !path.StartsWith("tests/", StringComparison.Ordinal) && path != CallsNobody),
        path => !ProxyPattern().IsMatch(File.ReadAllText(RepositoryFiles.Full(path))));

    /// <summary>Two kinds of programs; what is downloaded, which comes from outside; and the operator's own address, which may lie there.</summary>
    [Fact]
    public void Proxy_OfTheProduct_IsSetInFourPlaces() => Assert.Equal(
        ["edge/Preprocessing/Outbox/Webhook.cs", "services/ModelRepository/ModelStore.cs", "services/ServiceDefaults/Service.cs", "services/Terminal/CommandProgram.cs"],
        RepositoryFiles.Named("*.cs").Where(path => !path.StartsWith("tests/", StringComparison.Ordinal))
            .Where(path => SetsProxyPattern().IsMatch(File.ReadAllText(RepositoryFiles.Full(path)))));

    private static string? Namespace(string path) =>
        NamespacePattern().Match(File.ReadAllText(RepositoryFiles.Full(path))) is { Success: true } found ? found.Groups[1].Value : null;

    /// <summary>InferenceTracing, the project's name, and the folders below it.</summary>
    private static string Folders(string path)
    {
        var folder = Path.GetDirectoryName(path)!.Replace('\\', '/');
        var project = folder;

        while (!Directory.EnumerateFiles(RepositoryFiles.Full(project), "*.csproj").Any())
        {
            project = Path.GetDirectoryName(project)!.Replace('\\', '/');
        }

        var name = Path.GetFileNameWithoutExtension(Directory.EnumerateFiles(RepositoryFiles.Full(project), "*.csproj").Single());
        return string.Join('.', (string[])["InferenceTracing", name, .. folder[project.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries)]);
    }

    [GeneratedRegex(@"\bDateTime(Offset)?\.(Utc)?(Now|Today)\b|\bStopwatch\b|\bEnvironment\.TickCount")]
    private static partial Regex OwnClockPattern();

    [GeneratedRegex(@"\bService\.Options\(args\)|\bCommandProgram\.RunAsync\(")]
    private static partial Regex ProxyPattern();

    [GeneratedRegex(@"\b(UseProxy|DefaultProxy|Proxy) = ")]
    private static partial Regex SetsProxyPattern();

    [GeneratedRegex(@"^namespace ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex NamespacePattern();
}
