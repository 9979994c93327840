using InferenceTracing.ModelRepository;
using InferenceTracing.ModelServer.Batching;
using InferenceTracing.ModelServer.Versions;
using InferenceTracing.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace InferenceTracing.ModelServer;

/// <summary>
/// Finds, loads and warms the model while the server already answers probes; then looks for newer versions, which take over without a lost request; and drains the
/// queue when the server stops. A model that cannot be served ends the process: one line and exit code 1. A newer version that cannot be served is refused, said, and left alone.
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
    ILogger<ModelLoader> logger) : BackgroundService
{
    private readonly VersionWatch _versions = new(repositories, options.Value.Name);
    private LoadedVersion? _served;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        if (_served is { } served)
        {
            await served.Batcher.DrainAsync(cancellationToken);
        }
    }

    public override void Dispose()
    {
        _served?.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await ServeAsync(new Stages(model, logger), stage => model.Stage = stage, stoppingToken);
            model.Stage = "ready";
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
            await WatchAsync(stoppingToken);
        }
    }

    private static bool IsRefusal(Exception failure) =>
        failure is IOException or UnauthorizedAccessException or InvalidDataException or StartupException or Microsoft.ML.OnnxRuntime.OnnxRuntimeException;

    private async Task WatchAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.Watch, clock);

        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (_versions.Look() is not { } newest)
            {
                continue;
            }

            try
            {
                await ServeAsync(new Progress<ModelProgress>(), _ => { }, stoppingToken);
                model.Refused = null;
            }
            catch (Exception failure) when (IsRefusal(failure))
            {
                _versions.Refused(newest);
                model.Refused = $"version {newest.Version} is refused ({failure.Message.ReplaceLineEndings(" ")})";
                Log.Refused(logger, options.Value.Name, newest.Version, model.Metadata.Version, failure.Message.ReplaceLineEndings(" "));
            }
        }
    }

    /// <summary>Loads the newest version, warms it, lets it take over, and ends the one before when that has answered what it had.</summary>
    private async Task ServeAsync(IProgress<ModelProgress> progress, Action<string> stage, CancellationToken cancellationToken)
    {
        var found = await store.OpenAsync(options.Value.Name, progress, cancellationToken);
        var runners = batching.Value.Runners;
        var threads = options.Value.Threads > 0 ? options.Value.Threads : Math.Max(1, Environment.ProcessorCount / runners);
        var version = await LoadedVersion.LoadAsync(found, threads, batching.Value, new VersionParts(metrics, clock, logger), stage, cancellationToken);

        _versions.Served(found.GraphPath);
        metrics.Watch(found.Name, version.Batcher);
        var before = model.Serve(version);
        _served = version;
        Log.Ready(logger, found.Name, found.Version, found.GraphPath, threads, runners, version.MaxBatch);

        if (found.Untrained)
        {
            Log.Untrained(logger, found.Name);
        }

        if (before is not null)
        {
            await before.Batcher.DrainAsync(cancellationToken);
            before.Dispose();
        }
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
