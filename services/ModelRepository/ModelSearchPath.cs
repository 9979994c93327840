using System.Globalization;

namespace InferenceTracing.ModelRepository;

/// <summary>
/// The model repositories, in the order they are asked: the setting <c>MODEL_REPOSITORY</c>, <c>models/</c> of the checkout, then
/// <c>../shared/models</c> beside it. The first is also the one that downloads are written to.
/// </summary>
/// <param name="folders">At least one; they need not exist.</param>
public sealed class ModelSearchPath(IReadOnlyList<string> folders)
{
    internal const string GraphFile = "model.onnx";

    private const string QuantisedEnding = "-int8";

    private const string Solution = "InferenceTracing.sln";

    /// <summary>In the order they are asked.</summary>
    public IReadOnlyList<string> Folders { get; } = folders is { Count: > 0 } ? folders : throw new ArgumentException("No folder.", nameof(folders));

    /// <summary>The one that is written to.</summary>
    public string Writable => Folders[0];

    /// <summary>The search path of this process.</summary>
    /// <param name="repository">The setting <c>MODEL_REPOSITORY</c>; null or empty where it is not set.</param>
    public static ModelSearchPath Default(string? repository)
    {
        var root = Checkout() ?? Directory.GetCurrentDirectory();
        string[] usual = [Path.Combine(root, "models"), Path.GetFullPath(Path.Combine(root, "..", "shared", "models"))];
        return new ModelSearchPath(string.IsNullOrWhiteSpace(repository) ? usual : [Path.GetFullPath(repository), .. usual]);
    }

    /// <summary>The newest version's graph of that model and precision, in the first repository that has it; null where none does.</summary>
    public string? Find(string name, Precision precision = Precision.Float32) =>
        Folders.Select(folder => NewestGraph(Path.Combine(folder, name), precision)).FirstOrDefault(graph => graph is not null);

    /// <summary>The name of a quantised version of <paramref name="version"/>.</summary>
    internal static string Quantised(string version) => version + QuantisedEnding;

    /// <summary>The newest version's graph in a model's folder; versions are folders named by whole numbers, quantised ones with <c>-int8</c> behind them.</summary>
    private static string? NewestGraph(string folder, Precision precision) => !Directory.Exists(folder) ? null : Directory.EnumerateDirectories(folder)
        .Select(version => (Path: version, Number: Number(Path.GetFileName(version), precision == Precision.Int8 ? QuantisedEnding : "")))
        .Where(version => version.Number is not null && File.Exists(Path.Combine(version.Path, GraphFile)))
        .OrderByDescending(version => version.Number)
        .Select(version => Path.Combine(version.Path, GraphFile))
        .FirstOrDefault();

    internal static string GraphPath(string repository, string name) => Path.Combine(repository, name, "1", GraphFile);

    private static int? Number(string version, string ending) =>
        version.EndsWith(ending, StringComparison.Ordinal)
        && int.TryParse(version.AsSpan(0, version.Length - ending.Length), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string? Checkout()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, Solution)))
            {
                return folder.FullName;
            }
        }

        return null;
    }
}
