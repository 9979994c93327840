using InferenceTracing.ModelRepository;
using InferenceTracing.ModelServer.Batching;
using InferenceTracing.ModelServer.Graph;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults;
using Microsoft.Extensions.Options;

namespace InferenceTracing.ModelServer;

/// <summary>
/// Finds, loads and warms the model while the server already answers probes, and drains the queue when the server stops.
/// A model that cannot be served ends the process: one line and exit code 1.
/// </summary>
internal sealed class ModelLoader(
    ModelStore store,
    NetworkModel model,
    BatchMetrics metrics,
    IOptions<ModelOptions> options,
    IOptions<BatchingOptions> batching,
    TimeProvider clock,
    IHostApplicationLifetime lifetime,
    ILogger<ModelLoader> logger) : BackgroundService
{
    private Network? _network;
    private DynamicBatcher? _batcher;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);

        if (_batcher is { } batcher)
        {
            await batcher.DrainAsync(cancellationToken);
        }
    }

    public override void Dispose()
    {
        _batcher?.Dispose();

        // A run that outlasted the drain still uses the network; the process ends with it.
        if (_batcher is null or { IsDrained: true })
        {
            _network?.Dispose();
        }

        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await LoadAsync(stoppingToken);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException or InvalidDataException or StartupException)
        {
            await Console.Error.WriteLineAsync($"{options.Value.Name}: {failure.Message}");
            Environment.ExitCode = 1;
            lifetime.StopApplication();
        }
    }

    private async Task LoadAsync(CancellationToken cancellationToken)
    {
        var served = await store.OpenAsync(options.Value.Name, new Stages(model, logger), cancellationToken);
        var runners = batching.Value.Runners;
        var threads = options.Value.Threads > 0 ? options.Value.Threads : Math.Max(1, Environment.ProcessorCount / runners);

        model.Stage = "loading";
        _network = await Task.Run(() => Network.Load(served, threads), cancellationToken);
        model.Stage = "warming up";
        await Task.Run(() => _network.WarmUp(cancellationToken), cancellationToken);

        var metadata = new ModelMetadata(served.Name, served.Version, "onnx_onnxv1", new ClassLabels(served.Labels), served.Untrained);
        _batcher = new DynamicBatcher(_network, metadata, batching.Value, metrics, clock, logger);
        model.Serve(metadata, _batcher);
        model.Stage = "ready";
        Log.Ready(logger, served.Name, served.Version, served.GraphPath, threads, runners, batching.Value.MaxBatch);

        if (served.Untrained)
        {
            Log.Untrained(logger, served.Name);
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
