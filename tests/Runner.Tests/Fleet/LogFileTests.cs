using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Runner.Tests.Fleet;

/// <summary>A full disk: the device that always is one.</summary>
[Collection(ConsoleText.Collection)]
public sealed class LogFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inference-tracing-logs");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Write_DiskFullOrFolderMissing_IsSaidOnceAndLastLinesAreKept()
    {
        using var console = new ConsoleText();
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "gateway.log"), "/dev/full");
        using var full = new LogFile(_folder.FullName, "gateway", append: false);
        using var nowhere = new LogFile("/proc/logs", "ensemble", append: false);

        full.Write("one");
        full.Write("two");
        nowhere.Write("three");

        Assert.Equal(("one" + Environment.NewLine + "two", "three"), (full.LastLines, nowhere.LastLines));
        Assert.StartsWith("A log ends here, and nothing else: ", Assert.Single(console.Lines), StringComparison.Ordinal);
    }

    [Fact]
    public void Write_Again_GoesOnWithWhatIsThere()
    {
        foreach (var line in (string[])["one", "two"])
        {
            using var file = new LogFile(_folder.FullName, "edge", append: true);
            file.Write(line);
        }

        Assert.Equal(["one", "two"], File.ReadAllLines(Path.Combine(_folder.FullName, "edge.log")));
    }
}
