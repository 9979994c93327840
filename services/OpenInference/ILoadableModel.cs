namespace InferenceTracing.OpenInference;

/// <summary>
/// A model that can be taken out of service and put back while its server runs: Triton's model repository extension
/// (triton-inference-server/server, docs/protocol/extension_model_repository.md), where <see cref="OpenInferenceOptions.RepositoryControl"/> allows it.
/// </summary>
public interface ILoadableModel
{
    /// <summary>Loads the newest version that its repository has, or loads it again; requests are answered by the old one until the new one is ready.</summary>
    /// <exception cref="InferenceException">503 <c>load_failed</c>: there is none that can be served.</exception>
    Task LoadAsync(CancellationToken cancellationToken);

    /// <summary>Takes no more requests, answers those that wait, and gives the memory back. Nothing happens where it is not loaded.</summary>
    Task UnloadAsync(CancellationToken cancellationToken);
}
