using System.Net;
using InferenceTracing.ModelRepository.Download;
using InferenceTracing.ModelRepository.Untrained;

namespace InferenceTracing.ModelRepository;

/// <summary>
/// Finds a model by name: in a repository of the search path; else downloaded into the first of them; else, where nothing can be reached,
/// as a graph of the same architecture with seeded random weights under <c>untrained/</c>, so that the next start tries the download again.
/// </summary>
public sealed class ModelStore : IDisposable
{
    internal const string ConfigFile = "config.json";

    private const string UntrainedFolder = "untrained";

    private static readonly TimeSpan ConnectTime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly ModelSearchPath _repositories;
    private readonly bool _mayDownload;
    private readonly HttpClient _client;

    /// <param name="repositories">Where to look, and where to write.</param>
    /// <param name="mayDownload">False: what no repository has is drawn untrained at once.</param>
    /// <param name="proxy">The way out; null for the process's own, which for our programs is none.</param>
    public ModelStore(ModelSearchPath repositories, bool mayDownload, IWebProxy? proxy = null)
        : this(repositories, mayDownload, new SocketsHttpHandler { ConnectTimeout = ConnectTime, ActivityHeadersPropagator = null, Proxy = proxy })
    {
    }

    internal ModelStore(ModelSearchPath repositories, bool mayDownload, HttpMessageHandler handler)
    {
        _repositories = repositories;
        _mayDownload = mayDownload;
        _client = new HttpClient(handler) { Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>The model as it was trained, ready to be loaded.</summary>
    /// <inheritdoc cref="OpenAsync(string, Precision, IProgress{ModelProgress}, CancellationToken)"/>
    public Task<ServedModel> OpenAsync(string name, IProgress<ModelProgress> progress, CancellationToken cancellationToken) =>
        OpenAsync(name, Precision.Float32, progress, cancellationToken);

    /// <summary>The model, ready to be loaded.</summary>
    /// <param name="name">Letters, digits, <c>.</c>, <c>_</c> and <c>-</c>.</param>
    /// <param name="precision">Which of its versions; a quantised one is neither downloaded nor drawn.</param>
    /// <param name="progress">What happens meanwhile.</param>
    /// <param name="cancellationToken">Ends the search; a download goes on from there the next time.</param>
    /// <exception cref="FileNotFoundException">No repository has it, and it can neither be downloaded nor drawn.</exception>
    /// <exception cref="InvalidDataException">Its file, configuration or labels are not what they must be.</exception>
    /// <exception cref="IOException">The repository cannot be written to.</exception>
    public async Task<ServedModel> OpenAsync(string name, Precision precision, IProgress<ModelProgress> progress, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(progress);

        if (!IsName(name))
        {
            throw new InvalidDataException($"'{name}' is no model name: letters, digits, '.', '_' and '-', at most 64 of them.");
        }

        var known = KnownModel.Find(name);
        var graph = _repositories.Find(name, precision)
            ?? (precision == Precision.Float32 ? await ProvideAsync(name, known, progress, cancellationToken).ConfigureAwait(false) : throw NotQuantised(name));
        var version = Path.GetDirectoryName(Path.GetFullPath(graph))!;
        var folder = Path.GetDirectoryName(version)!;
        var configFile = Array.Find((string[])[Path.Combine(version, ConfigFile), Path.Combine(folder, ConfigFile)], File.Exists);
        var config = configFile is not null ? ModelConfig.Read(configFile) : known?.Config ?? new ModelConfig();

        progress.Report(new ModelProgress("verifying"));
        await VerifyAsync(graph, config, configFile is not null ? null : known, cancellationToken).ConfigureAwait(false);

        var labels = await LabelsAsync(name, folder, config, cancellationToken).ConfigureAwait(false);
        return new ServedModel(name, Path.GetFileName(version), graph, config, labels);
    }

    /// <summary>Puts a quantised version of a model into the first repository, whole or not at all, in the place of one that was there.</summary>
    /// <param name="original">What was quantised.</param>
    /// <param name="graph">The quantised graph's file.</param>
    /// <param name="cancellationToken">Ends the wait for another process that writes there.</param>
    /// <returns>The version's folder.</returns>
    /// <exception cref="IOException">The repository cannot be written to.</exception>
    public async Task<string> AddQuantisedAsync(ServedModel original, string graph, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(original);

        var folder = Path.Combine(_repositories.Writable, original.Name, ModelSearchPath.Quantised(original.Version));
        var config = original.Config with { Precision = Precision.Int8, Sha256 = await FileHash.OfAsync(graph, cancellationToken).ConfigureAwait(false) };
        using var held = await RepositoryLock.TakeAsync(_repositories.Writable, () => { }, cancellationToken).ConfigureAwait(false);
        VersionFolder.Replace(folder, graph, config);
        return folder;
    }

    /// <inheritdoc/>
    public void Dispose() => _client.Dispose();

    /// <summary>True for letters, digits, <c>.</c>, <c>_</c> and <c>-</c>, at most 64 of them, of which the first is no dot.</summary>
    public static bool IsName(string name) =>
        name is { Length: > 0 and <= 64 } && name[0] != '.' && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-');

    private async Task<string> ProvideAsync(
        string name, KnownModel? known, IProgress<ModelProgress> progress, CancellationToken cancellationToken)
    {
        var folders = string.Join(", ", _repositories.Folders);

        if (known is null or { Download: null, Architecture: null })
        {
            throw new FileNotFoundException($"model '{name}' is in none of {folders}, and only "
                + $"{string.Join(" and ", KnownModel.All.Where(model => model.Download is not null).Select(model => model.Name))} can be downloaded");
        }

        using var held = await LockAsync(name, progress, cancellationToken).ConfigureAwait(false);

        // Whoever held the lock may have brought it.
        if (_repositories.Find(name) is { } brought)
        {
            return brought;
        }

        if (_mayDownload && known.Download is { } source)
        {
            var target = ModelSearchPath.GraphPath(_repositories.Writable, name);
            var file = new PinnedFile(source.Addresses, source.Bytes, known.Sha256[0]);

            try
            {
                progress.Report(new ModelProgress("connecting"));
                await new ResumableDownload(_client, Patience).FetchAsync(file, target, progress, cancellationToken).ConfigureAwait(false);
                return target;
            }
            catch (DownloadException failure)
            {
                progress.Report(new ModelProgress($"download failed ({failure.Message})"));
            }
        }

        if (known.Architecture is not { } draw)
        {
            throw new FileNotFoundException($"model '{name}' is in none of {folders}, and {(_mayDownload ? "its download failed" : "may not be downloaded")}");
        }

        progress.Report(new ModelProgress("drawing an untrained graph"));
        return UntrainedModel.Write(Path.Combine(_repositories.Writable, UntrainedFolder), name, draw);
    }

    private async Task<IDisposable> LockAsync(string name, IProgress<ModelProgress> progress, CancellationToken cancellationToken)
    {
        try
        {
            return await RepositoryLock.TakeAsync(
                _repositories.Writable, () => progress.Report(new ModelProgress("waiting for another process")), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new IOException(
                $"{_repositories.Writable} has no {name}/1/model.onnx and cannot be written to: put the model there, or let user {Environment.UserName} write to it ({failure.Message}).",
                failure);
        }
    }

    private static async Task VerifyAsync(string graph, ModelConfig config, KnownModel? known, CancellationToken cancellationToken)
    {
        IReadOnlyList<string> expected = config.Sha256 is { } hash ? [hash.ToLowerInvariant()] : known?.Sha256 ?? [];

        if (expected.Count > 0 && await FileHash.OfAsync(graph, cancellationToken).ConfigureAwait(false) is var actual && !expected.Contains(actual))
        {
            throw new InvalidDataException($"{graph} is damaged or another file (SHA-256 {actual}): "
                + "delete it to have it downloaded again, or describe your own with a config.json in its model's folder.");
        }
    }

    private FileNotFoundException NotQuantised(string name) => new(
        $"model '{name}' has no {Precision.Int8.Name()} version in {string.Join(", ", _repositories.Folders)}: "
        + $"make one with `dotnet run --project services/ModelServer -- quantise --model {name} --photos FOLDER`");

    private async Task<IReadOnlyList<string>> LabelsAsync(string name, string folder, ModelConfig config, CancellationToken cancellationToken)
    {
        // A quantised version may lie in another repository than the rest of the model.
        string[] folders = [folder, .. _repositories.Folders.Select(repository => Path.Combine(repository, name)), .. _repositories.Folders];
        var found = Array.Find(Array.ConvertAll(folders, each => Path.Combine(each, config.Labels)), File.Exists);

        if (found is not null)
        {
            return ClassLabelsFile.Read(found);
        }

        if (!_mayDownload || config.Labels != ClassLabelsFile.Name || config.Untrained)
        {
            return [];
        }

        return await FetchLabelsAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Names are worth one attempt: without them a class is called by its number.</summary>
    private async Task<IReadOnlyList<string>> FetchLabelsAsync(CancellationToken cancellationToken)
    {
        using var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        source.CancelAfter(Patience);

        try
        {
            var text = await _client.GetStringAsync(ClassLabelsFile.Source, source.Token).ConfigureAwait(false);

            if (ClassLabelsFile.FromSynsets(text) is not { } labels)
            {
                return [];
            }

            var path = Path.Combine(_repositories.Writable, ClassLabelsFile.Name);
            var part = $"{path}.{Environment.ProcessId}.part";
            await File.WriteAllBytesAsync(part, labels, cancellationToken).ConfigureAwait(false);
            File.Move(part, path, overwrite: true);
            return ClassLabelsFile.Read(path);
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UnauthorizedAccessException
            || (failure is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return [];
        }
    }
}

/// <summary>A model that is there and checked, ready to be loaded.</summary>
/// <param name="Name">Its name, for example <c>efficientnetb0</c>.</param>
/// <param name="Version">The name of its version folder.</param>
/// <param name="GraphPath">The ONNX file.</param>
/// <param name="Config">What the graph wants and gives.</param>
/// <param name="Labels">1,000 lines, the synonyms of each class; empty where no labels file was found.</param>
public sealed record ServedModel(string Name, string Version, string GraphPath, ModelConfig Config, IReadOnlyList<string> Labels)
{
    /// <summary>True for random weights.</summary>
    public bool Untrained => Config.Untrained;

    /// <summary>What it computes with.</summary>
    public Precision Precision => Config.Precision;
}

/// <summary>How far the search for a model has come.</summary>
/// <param name="Stage">What happens now, for example <c>downloading</c>.</param>
/// <param name="Fraction">The share that is done, 0 … 1, where that is known.</param>
public readonly record struct ModelProgress(string Stage, double? Fraction = null)
{
    /// <summary>For people: <c>downloading 45 %</c>.</summary>
    public override string ToString() =>
        Fraction is { } share ? FormattableString.Invariant($"{Stage} {Math.Floor(share * 100):0} %") : Stage;
}
