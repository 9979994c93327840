using System.Diagnostics;
using InferenceTracing.ModelServer.Batching;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace InferenceTracing.ModelServer;

/// <summary>The served network: refuses until it is loaded, and from then on hands every request to the batcher.</summary>
internal sealed class NetworkModel(IOptions<ModelOptions> options) : IInferenceModel
{
    private static readonly TimeSpan LoadingPause = TimeSpan.FromSeconds(2);

    private volatile DynamicBatcher? _batcher;

    /// <summary>How far loading is, for people.</summary>
    public string Stage { get; set; } = "starting";

    public ModelMetadata Metadata { get; private set; } = new(options.Value.Name, "1", "onnx_onnxv1", ClassLabels.None, Untrained: false);

    public bool IsReady => _batcher is { IsOpen: true };

    /// <summary>From now on requests are answered.</summary>
    public void Serve(ModelMetadata metadata, DynamicBatcher batcher)
    {
        Metadata = metadata;
        _batcher = batcher;
    }

    public Task<Prediction> InferAsync(PixelTensor images, Deadline deadline, CancellationToken cancellationToken)
    {
        var span = Activity.Current;
        var model = Metadata;
        span?.SetTag("inference.model.name", model.Name);
        span?.SetTag("inference.model.version", model.Version);

        if (model.Untrained)
        {
            span?.SetTag("inference.untrained", true);
        }

        return _batcher is { } batcher
            ? batcher.EnqueueAsync(images, deadline, cancellationToken)
            : throw new InferenceException(503, "model_not_ready", $"{model.Name} is not ready: {Stage}.") { RetryAfter = LoadingPause };
    }
}

/// <summary>Ready once the model is loaded and warm; before that, how far it is.</summary>
internal sealed class ModelHealth(NetworkModel model) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(model.IsReady
            ? HealthCheckResult.Healthy(model.Metadata.Untrained ? "untrained: random weights" : null)
            : HealthCheckResult.Unhealthy(model.Stage));
}
