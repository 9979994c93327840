using InferenceTracing.ModelRepository;
using InferenceTracing.ModelServer.Batching;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace InferenceTracing.ModelServer;

/// <summary>
/// Finds, loads and warms the model while the server already answers probes; then looks for newer versions, which take over without a lost request; and drains the
/// queue when the server stops. A model that cannot be served at the start ends the process: one line and exit code 1. A newer version that cannot be served is
/// refused, said, and left alone. The model may also be loaded again, or unloaded, by whoever may: one change at a time.
/// </summary>
internal sealed class ModelLoader(
    ModelStore store,
    ModelSearchPath repositories,
    NetworkModel model,
    BatchMetrics metrics,
    IOptions<ModelOptions> options,
    IOptions<BatchingOptions> batching,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<ModelLoader> logger) : BackgroundService, ILoadableModel
{
    private readonly SemaphoreSlim _change = new(1);
    private readonly VersionWatch _versions = new(repositories, options.Value.Name, options.Value.Precision);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        if (model.Served is { } served)
        {
            await served.Batcher.DrainAsync(cancellationToken);
        }
    }

    public Task LoadAsync(CancellationToken cancellationToken) => ChangeAsync(
        async () =>
        {
            try
            {
                await ServeAsync(new Progress<ModelProgress>(), _ => { }, cancellationToken);
            }
            catch (Exception failure) when (IsRefusal(failure))
            {
                Log.LoadFailed(logger, options.Value.Name, OneLine(failure));
                throw new InferenceException(503, "load_failed", $"{options.Value.Name} could not be loaded; the log has the reason.", failure);
            }
        },
        cancellationToken);

    public Task UnloadAsync(CancellationToken cancellationToken) => ChangeAsync(
        async () =>
        {
            model.Stage = "unloaded";
            await RetireAsync(model.Serve(null), cancellationToken);
            Log.Stage(logger, model.Stage);
        },
        cancellationToken);

    public override void Dispose()
    {
        model.Serve(null)?.Dispose();
        _change.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ChangeAsync(() => ServeAsync(new Stages(model, logger), stage => model.Stage = stage, stoppingToken), stoppingToken);
        }
        catch (Exception failure) when (IsRefusal(failure))
        {
            await Console.Error.WriteLineAsync($"{options.Value.Name}: {failure.Message}");
            Environment.ExitCode = 1;
            lifetime.StopApplication();
            return;
        }

        if (options.Value.Watch > TimeSpan.Zero)
        {
            using var timer = new PeriodicTimer(options.Value.Watch, clock);

            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await ChangeAsync(() => LookAsync(stoppingToken), stoppingToken);
            }
        }
    }

    private static bool IsRefusal(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or InvalidDataException or StartupException or Microsoft.ML.OnnxRuntime.OnnxRuntimeException;

    private static string OneLine(Exception failure) => failure.Message.ReplaceLineEndings(" ");

    private static async Task RetireAsync(LoadedVersion? version, CancellationToken cancellationToken)
    {
        if (version is not null)
        {
            await version.Batcher.DrainAsync(cancellationToken);
            version.Dispose();
        }
    }

    private async Task ChangeAsync(Func<Task> change, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);

        try
        {
            await change();
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>What somebody has unloaded stays so, whatever comes into the repository.</summary>
    private async Task LookAsync(CancellationToken cancellationToken)
    {
        if (model.Served is null || _versions.Look() is not { } newest)
        {
            return;
        }

        try
        {
            await ServeAsync(new Progress<ModelProgress>(), _ => { }, cancellationToken);
        }
        catch (Exception failure) when (IsRefusal(failure))
        {
            _versions.Refused(newest);
            model.Refused = $"version {newest.Version} is refused ({OneLine(failure)})";
            Log.Refused(logger, options.Value.Name, newest.Version, model.Metadata.Version, OneLine(failure));
        }
    }

    /// <summary>Loads the newest version, warms it, lets it take over, and ends the one before when that has answered what it had.</summary>
    private async Task ServeAsync(IProgress<ModelProgress> progress, Action<string> stage, CancellationToken cancellationToken)
    {
        var found = await store.OpenAsync(options.Value.Name, options.Value.Precision, progress, cancellationToken);
        var runners = batching.Value.Runners;
        var threads = options.Value.Threads > 0 ? options.Value.Threads : Math.Max(1, Environment.ProcessorCount / runners);
        var version = await LoadedVersion.LoadAsync(found, threads, batching.Value, new VersionParts(metrics, clock, logger), stage, cancellationToken);

        _versions.Served(found.GraphPath);
        metrics.Watch(found.Name, version.Batcher);
        var before = model.Serve(version);
        (model.Stage, model.Refused) = ("ready", null);
        Log.Ready(logger, found.Name, found.Version, found.GraphPath, threads, runners, version.Batcher.MaxBatch);

        if (found.Untrained)
        {
            Log.Untrained(logger, found.Name);
        }

        await RetireAsync(before, cancellationToken);
    }

    /// <summary>Shows every stage at the readiness probe, and logs each ten percent of a download.</summary>
    private sealed class Stages(NetworkModel model, ILogger logger) : IProgress<ModelProgress>
    {
        private string? _last;

        public void Report(ModelProgress value)
        {
            model.Stage = value.ToString();
            var step = $"{value.Stage} {(int)((value.Fraction ?? 0) * 10)}";

            if (step != _last)
            {
                _last = step;
                Log.Stage(logger, model.Stage);
            }
        }
    }
}

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
