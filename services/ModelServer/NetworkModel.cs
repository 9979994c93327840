using System.Diagnostics;
using InferenceTracing.ModelRepository;
using InferenceTracing.ModelServer.Batching;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace InferenceTracing.ModelServer;

/// <summary>The served network: refuses until a version is loaded, and from then on hands every request to the batcher of the newest.</summary>
internal sealed class NetworkModel(IOptions<ModelOptions> options) : IInferenceModel
{
    private static readonly TimeSpan LoadingPause = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan StoppingPause = TimeSpan.FromSeconds(1);

    private readonly ModelMetadata _unknown = new(options.Value.Name, "1", "onnx_onnxv1", ClassLabels.None, Untrained: false);

    private volatile LoadedVersion? _served;

    /// <summary>How far loading is, for people.</summary>
    public string Stage { get; set; } = "starting";

    /// <summary>Why a newer version is not served, for people; null where there is none, or it is.</summary>
    public string? Refused { get; set; }

    public ModelMetadata Metadata => _served?.Metadata ?? _unknown;

    public bool IsReady => _served is { Batcher.IsOpen: true };

    /// <summary>The version that answers; null where none does.</summary>
    public LoadedVersion? Served => _served;

    /// <summary>How long its queue has been full; nought where it is not.</summary>
    public TimeSpan FullFor => _served?.Batcher.FullFor ?? TimeSpan.Zero;

    /// <summary>From now on requests are answered by this version, or refused without one; the one before, which still has requests, is the caller's to drain.</summary>
    public LoadedVersion? Serve(LoadedVersion? version) => Interlocked.Exchange(ref _served, version);

    public Task<Prediction> InferAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken)
    {
        var span = Activity.Current;

        while (true)
        {
            var served = _served;
            var model = served?.Metadata ?? _unknown;
            span?.SetTag("inference.model.name", model.Name);
            span?.SetTag("inference.model.version", model.Version);
            span?.SetTag("inference.model.precision", model.Precision);

            if (model.Untrained)
            {
                span?.SetTag("inference.untrained", true);
            }

            if (served is null)
            {
                throw new InferenceException(503, "model_not_ready", $"{model.Name} is not ready: {Stage}.") { RetryAfter = LoadingPause };
            }

            if (served.Batcher.TryEnqueueAsync(images, deadline, cancellationToken) is { } answer)
            {
                return answer;
            }

            // A version that another has just taken over from takes nothing more, and the other does.
            if (ReferenceEquals(served, _served))
            {
                throw new InferenceException(503, "shutting_down", $"{model.Name} is shutting down.") { RetryAfter = StoppingPause };
            }
        }
    }
}

/// <summary>Ready once the model is loaded and warm, and while its queue is not full for long; before that, how far it is.</summary>
internal sealed class ModelHealth(NetworkModel model, IOptions<BatchingOptions> batching) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(Look());

    private HealthCheckResult Look()
    {
        if (!model.IsReady)
        {
            return HealthCheckResult.Unhealthy(model.Stage);
        }

        // Whoever sends elsewhere by readiness is to do so: what comes here is refused.
        if (batching.Value.FullFor > TimeSpan.Zero && model.FullFor is var full && full >= batching.Value.FullFor)
        {
            return HealthCheckResult.Unhealthy(FormattableString.Invariant($"its queue has been full for {full.TotalSeconds:0} s"));
        }

        return HealthCheckResult.Healthy(string.Join("; ", new[] { model.Metadata.Untrained ? "untrained: random weights" : null, model.Refused }.OfType<string>()) is { Length: > 0 } text ? text : null);
    }
}

/// <summary>A version of the model that is loaded, warm and answers until it is drained.</summary>
internal sealed class LoadedVersion : IDisposable
{
    private readonly Network _network;

    private LoadedVersion(Network network, DynamicBatcher batcher, ModelMetadata metadata) => (_network, Batcher, Metadata) = (network, batcher, metadata);

    public DynamicBatcher Batcher { get; }

    public ModelMetadata Metadata { get; }

    /// <summary>Loads and warms it.</summary>
    /// <param name="served">What is loaded.</param>
    /// <param name="threads">Threads of one run.</param>
    /// <param name="batching">How requests are put together.</param>
    /// <param name="parts">What every version shares.</param>
    /// <param name="stage">Is told how far it is.</param>
    /// <exception cref="InvalidDataException">The file is no graph that takes such images, or it gives no numbers; one line.</exception>
    public static async Task<LoadedVersion> LoadAsync(
        ServedModel served, int threads, BatchingOptions batching, VersionParts parts, Action<string> stage, CancellationToken cancellationToken)
    {
        stage("loading");
        var network = await Task.Run(() => Network.Load(served, threads), cancellationToken);

        try
        {
            stage("warming up");
            var most = await Task.Run(
                () =>
                {
                    network.WarmUp(cancellationToken);
                    return batching.Fit ? BatchFit.Measure(network, batching.MaxBatch, parts.Clock, cancellationToken) : batching.MaxBatch;
                },
                cancellationToken);
            var metadata = new ModelMetadata(served.Name, served.Version, "onnx_onnxv1", new ClassLabels(served.Labels), served.Untrained)
            {
                Precision = served.Precision.Name(),
            };
            return new LoadedVersion(network, new DynamicBatcher(network, metadata, batching, most, parts.Metrics, parts.Clock, parts.Logger), metadata);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        Batcher.Dispose();

        // A run that outlasted the drain still uses the network; the process ends with it.
        if (Batcher.IsDrained)
        {
            _network.Dispose();
        }
    }
}

/// <summary>What every version of a model shares.</summary>
internal sealed record VersionParts(BatchMetrics Metrics, TimeProvider Clock, ILogger Logger);
