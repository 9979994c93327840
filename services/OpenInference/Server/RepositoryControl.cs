using System.Text.Json;
using InferenceTracing.OpenInference.Wire;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting;

namespace InferenceTracing.OpenInference.Server;

/// <summary>
/// Triton's model repository extension (docs/protocol/extension_model_repository.md): index, load and unload. Whoever may load and unload may take the
/// service down, so all of it is off unless <see cref="OpenInferenceOptions.RepositoryControl"/> says otherwise, and the gateway has no route to it.
/// </summary>
internal sealed class RepositoryControl(ModelCalls calls, IHostApplicationLifetime lifetime, IEnumerable<ILoadableModel> loadable)
{
    /// <summary>The one model of the server, as an index has it.</summary>
    /// <param name="readyOnly">True leaves it out while it is not ready.</param>
    /// <exception cref="InferenceException">404: switched off.</exception>
    public IReadOnlyList<RepositoryEntry> Index(bool readyOnly)
    {
        CheckEnabled();
        var model = calls.Model.Metadata;

        return calls.IsReady ? [new RepositoryEntry(model.Name, model.Version, "READY", "")]
            : readyOnly ? []
            : [new RepositoryEntry(model.Name, model.Version, "UNAVAILABLE", "not ready; /health/ready says why")];
    }

    /// <summary>Loads the newest version, again where one is loaded.</summary>
    /// <exception cref="InferenceException">404: switched off, or another model; 422: a model that is not loaded; 503: it cannot be served.</exception>
    public Task LoadAsync(string? name) => Loadable(name).LoadAsync(lifetime.ApplicationStopping);

    /// <summary>Takes the model out of service.</summary>
    /// <exception cref="InferenceException">404: switched off, or another model; 422: a model that is not loaded.</exception>
    public Task UnloadAsync(string? name) => Loadable(name).UnloadAsync(lifetime.ApplicationStopping);

    /// <summary>Whether the body of a request for the index, which may be empty, asks for ready models only.</summary>
    /// <exception cref="InferenceException">400, 413.</exception>
    public static async Task<bool> ReadReadyOnlyAsync(HttpRequest request)
    {
        using var body = await PooledBody.ReadAsync(request.Body, WireHeaders.LongestJson, request.HttpContext.RequestAborted).ConfigureAwait(false)
            ?? throw InferenceException.TooLarge($"The request is larger than {WireHeaders.LongestJson} bytes.");

        try
        {
            return body.Length > 0 && JsonSerializer.Deserialize<IndexQuestion>(body.Memory.Span, Document.Json)?.Ready is true;
        }
        catch (JsonException failure)
        {
            throw InferenceException.Malformed("""The request must be empty, or JSON such as {"ready":true}.""", failure);
        }
    }

    private ILoadableModel Loadable(string? name)
    {
        CheckEnabled();
        var model = calls.Resolve(name, version: null).Metadata;
        return loadable.SingleOrDefault() ?? throw InferenceException.Unprocessable($"{model.Name} is a vote of other servers' models: load and unload them there.");
    }

    private void CheckEnabled()
    {
        if (!calls.Options.RepositoryControl)
        {
            throw new InferenceException(
                404, "repository_control_off", $"The repository is not open here: {OpenInferenceOptions.Section}:{nameof(OpenInferenceOptions.RepositoryControl)} is false.");
        }
    }

    private sealed record IndexQuestion(bool? Ready);
}
