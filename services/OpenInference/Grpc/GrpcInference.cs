using System.Text.Json;
using Google.Protobuf;
using Grpc.Core;
using InferenceTracing.OpenInference.Protos;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;

namespace InferenceTracing.OpenInference.Grpc;

/// <summary>The calls of <c>inference.GRPCInferenceService</c>: the same model, limits and errors as over HTTP, and the same documents.</summary>
internal sealed class GrpcInference(ModelCalls calls, InferenceStatistics statistics, RepositoryControl repository, TimeProvider clock)
{
    private static readonly JsonParser Documents = new(JsonParser.Settings.Default.WithIgnoreUnknownFields(true));

    public static ServerLiveResponse ServerLive() => new() { Live = true };

    public ServerReadyResponse ServerReady() => new() { Ready = calls.IsReady };

    public ModelReadyResponse ModelReady(ModelReadyRequest request)
    {
        _ = calls.Resolve(request.Name, request.Version);
        return new() { Ready = calls.IsReady };
    }

    public ServerMetadataResponse ServerMetadata() => Message<ServerMetadataResponse>(ServerDescription.Of(calls.Options, Telemetry.Version));

    public ModelMetadataResponse ModelMetadata(ModelMetadataRequest request) =>
        Message<ModelMetadataResponse>(ModelDescription.Of(calls.Resolve(request.Name, request.Version).Metadata));

    public ModelConfigResponse ModelConfig(ModelConfigRequest request) =>
        Message<ModelConfigResponse>(new { Config = ModelConfiguration.Of(calls.Resolve(request.Name, request.Version).Metadata, calls.Options.MaxBatch) });

    public ModelStatisticsResponse ModelStatistics(ModelStatisticsRequest request)
    {
        var model = request.Name.Length == 0 ? calls.Model : calls.Resolve(request.Name, request.Version);
        return Message<ModelStatisticsResponse>(new StatisticsAnswer([statistics.Of(model.Metadata)]));
    }

    public RepositoryIndexResponse RepositoryIndex(RepositoryIndexRequest request) =>
        Message<RepositoryIndexResponse>(new { Models = repository.Index(request.Ready) });

    public async Task<RepositoryModelLoadResponse> LoadAsync(RepositoryModelLoadRequest request)
    {
        var name = NameOf(request.ModelName, request.RepositoryName);
        await repository.LoadAsync(name).ConfigureAwait(false);
        return new() { ModelName = name, IsLoaded = true };
    }

    public async Task<RepositoryModelUnloadResponse> UnloadAsync(RepositoryModelUnloadRequest request)
    {
        var name = NameOf(request.ModelName, request.RepositoryName);
        await repository.UnloadAsync(name).ConfigureAwait(false);
        return new() { ModelName = name, IsUnloaded = true };
    }

    /// <exception cref="InferenceException">As over HTTP.</exception>
    public async Task<ModelInferResponse> InferAsync(InferMessage request, ServerCallContext context)
    {
        using var held = request;
        var model = calls.Resolve(request.Model, request.Version);
        var deadline = calls.ReadDeadline(
            context.RequestHeaders.GetValue(Deadline.Header), context.RequestHeaders.GetValue(Deadline.PriorityHeader), LeftOf(context.Deadline));

        if (request.Refusal is { } refusal)
        {
            throw refusal;
        }

        using var source = deadline.Link(context.CancellationToken);

        try
        {
            var prediction = await calls.AskAsync(request.Images!, deadline, source.Token).ConfigureAwait(false);
            return InferReply.Of(request, model.Metadata, prediction);
        }
        catch (OperationCanceledException late) when (!context.CancellationToken.IsCancellationRequested && source.IsCancellationRequested)
        {
            throw InferenceException.TooLate(deadline.Budget, late);
        }
    }

    /// <summary>What <c>grpc-timeout</c> leaves; null where the caller names none.</summary>
    private TimeSpan? LeftOf(DateTime end) => end == DateTime.MaxValue ? null : end - clock.GetUtcNow().UtcDateTime;

    /// <summary>Triton's form of the request has the model's name in field 2, KServe's in field 1.</summary>
    private static string NameOf(string second, string first) => second.Length > 0 ? second : first;

    /// <summary>The same as HTTP's document, member for field.</summary>
    private static T Message<T>(object document)
        where T : IMessage, new() => Documents.Parse<T>(JsonSerializer.Serialize(document, document.GetType(), Document.Json));
}
