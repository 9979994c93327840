using InferenceTracing.ModelRepository;

namespace InferenceTracing.ModelServer.Versions;

/// <summary>
/// Looks in the repositories whether another file is the newest version now. A file still being copied changes between two looks, and is waited for; one that
/// was refused is news again only when it has changed.
/// </summary>
internal sealed class VersionWatch(ModelSearchPath repositories, string model, Precision precision)
{
    private GraphFile? _served;
    private GraphFile? _refused;
    private GraphFile? _seen;

    /// <summary>What is to be served instead of what is; null where nothing has changed, or nothing is settled.</summary>
    public GraphFile? Look()
    {
        var newest = GraphFile.Of(repositories.Find(model, precision));
        var settled = newest is not null && newest == _seen;
        _seen = newest;
        return settled && newest != _served && newest != _refused ? newest : null;
    }

    /// <summary>This one is served from now on.</summary>
    public void Served(string path) => (_served, _refused) = (GraphFile.Of(path), null);

    /// <summary>This one cannot be served as it is.</summary>
    public void Refused(GraphFile file) => _refused = file;
}

/// <summary>A graph's file as it was when it was looked at.</summary>
/// <param name="Path">Where it lies: <c>…/name/version/model.onnx</c>.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Written">When it was last written, in UTC.</param>
internal sealed record GraphFile(string Path, long Bytes, DateTime Written)
{
    /// <summary>The name of its version folder.</summary>
    public string Version => System.IO.Path.GetFileName(System.IO.Path.GetDirectoryName(Path)!);

    /// <summary>Null where there is none.</summary>
    public static GraphFile? Of(string? path) =>
        path is not null && new FileInfo(path) is { Exists: true } file ? new GraphFile(path, file.Length, file.LastWriteTimeUtc) : null;
}
