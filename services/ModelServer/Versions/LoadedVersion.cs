using InferenceTracing.ModelRepository;
using InferenceTracing.ModelServer.Batching;
using InferenceTracing.Networks;
using InferenceTracing.OpenInference;

namespace InferenceTracing.ModelServer.Versions;

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
