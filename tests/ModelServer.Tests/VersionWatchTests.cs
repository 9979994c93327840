using InferenceTracing.ModelRepository;

namespace InferenceTracing.ModelServer.Tests;

public sealed class VersionWatchTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("versions-");
    private readonly VersionWatch _watch;

    public VersionWatchTests() => _watch = new VersionWatch(new ModelSearchPath([_folder.FullName]), "net", Precision.Float32);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Look_NothingNew_IsNothing()
    {
        _watch.Served(Write(1, "a"));

        Assert.All(Enumerable.Range(0, 4), _ => Assert.Null(_watch.Look()));
    }

    [Fact]
    public void Look_ANewVersion_IsItOnceItHasNotChangedBetweenTwoLooks()
    {
        _watch.Served(Write(1, "a"));
        var path = Write(2, "half");

        Assert.Null(_watch.Look());
        Write(2, "half and more");
        Assert.Null(_watch.Look());
        Assert.Equal(("2", path), (_watch.Look()!.Version, GraphFile.Of(path)!.Path));
        _watch.Served(path);
        Assert.Null(_watch.Look());
    }

    [Fact]
    public void Look_ARefusedVersion_IsNewsOnlyWhenItHasChanged()
    {
        _watch.Served(Write(1, "a"));
        Write(2, "broken");
        _watch.Look();
        _watch.Refused(_watch.Look()!);

        Assert.Null(_watch.Look());
        Write(2, "mended by now");
        Assert.Null(_watch.Look());
        Assert.Equal("2", _watch.Look()!.Version);
    }

    /// <summary>Taking the newest away is how one goes back.</summary>
    [Fact]
    public void Look_TheServedVersionIsTakenAway_IsTheOneBefore()
    {
        Write(1, "a");
        _watch.Served(Write(2, "b"));
        _watch.Look();
        Directory.Delete(Path.Combine(_folder.FullName, "net", "2"), recursive: true);

        Assert.Null(_watch.Look());
        Assert.Equal("1", _watch.Look()!.Version);
    }

    [Fact]
    public void Look_AllAreTakenAway_IsNothing()
    {
        _watch.Served(Write(1, "a"));
        Directory.Delete(Path.Combine(_folder.FullName, "net"), recursive: true);

        Assert.All(Enumerable.Range(0, 3), _ => Assert.Null(_watch.Look()));
    }

    private string Write(int version, string content)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_folder.FullName, "net", $"{version}"));
        var path = Path.Combine(folder.FullName, "model.onnx");
        File.WriteAllText(path, content);
        return path;
    }
}
