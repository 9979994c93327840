using System.Diagnostics;
using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using InferenceTracing.OpenInference.Protos;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.OpenInference.Grpc;

/// <summary>Which calls there are, how their messages are read and written, and how a failure ends them.</summary>
internal sealed class GrpcMethods(ModelCalls calls, ILogger<GrpcMethods> logger) : IServiceMethodProvider<GrpcInference>
{
    public const string Service = "inference.GRPCInferenceService";

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<GrpcInference> context)
    {
        Add(context, "ServerLive", ServerLiveRequest.Parser, static (_, _) => GrpcInference.ServerLive());
        Add(context, "ServerReady", ServerReadyRequest.Parser, static (inference, _) => inference.ServerReady());
        Add(context, "ModelReady", ModelReadyRequest.Parser, static (inference, request) => inference.ModelReady(request));
        Add(context, "ServerMetadata", ServerMetadataRequest.Parser, static (inference, _) => inference.ServerMetadata());
        Add(context, "ModelMetadata", ModelMetadataRequest.Parser, static (inference, request) => inference.ModelMetadata(request));
        Add(context, "ModelConfig", ModelConfigRequest.Parser, static (inference, request) => inference.ModelConfig(request));
        Add(context, "ModelStatistics", ModelStatisticsRequest.Parser, static (inference, request) => inference.ModelStatistics(request));
        Add(context, "RepositoryIndex", RepositoryIndexRequest.Parser, static (inference, request) => inference.RepositoryIndex(request));
        Add(context, "RepositoryModelLoad", Reads(RepositoryModelLoadRequest.Parser), static (inference, request, _) => inference.LoadAsync(request));
        Add(context, "RepositoryModelUnload", Reads(RepositoryModelUnloadRequest.Parser), static (inference, request, _) => inference.UnloadAsync(request));

        var maxBatch = calls.Options.MaxBatch;
        var reads = Marshallers.Create<InferMessage>(
            static (_, _) => throw new NotSupportedException(), payload => InferMessage.Read(payload.PayloadAsReadOnlySequence(), maxBatch));
        Add(context, "ModelInfer", reads, static (inference, request, call) => inference.InferAsync(request, call));
    }

    private void Add<TRequest, TResponse>(
        ServiceMethodProviderContext<GrpcInference> context, string name, MessageParser<TRequest> parser, Func<GrpcInference, TRequest, TResponse> answer)
        where TRequest : class, IMessage<TRequest>
        where TResponse : class, IMessage => Add(context, name, Reads(parser), (inference, request, _) => Task.FromResult(answer(inference, request)));

    private void Add<TRequest, TResponse>(
        ServiceMethodProviderContext<GrpcInference> context, string name, Marshaller<TRequest> reads, Func<GrpcInference, TRequest, ServerCallContext, Task<TResponse>> answer)
        where TRequest : class
        where TResponse : class, IMessage => context.AddUnaryMethod(
            new Method<TRequest, TResponse>(MethodType.Unary, Service, name, reads, Writes<TResponse>()),
            [],
            (inference, request, call) => GuardAsync(inference, request, call, answer));

    private async Task<TResponse> GuardAsync<TRequest, TResponse>(
        GrpcInference inference, TRequest request, ServerCallContext call, Func<GrpcInference, TRequest, ServerCallContext, Task<TResponse>> answer)
    {
        var span = call.GetHttpContext().Features.Get<IHttpActivityFeature>()?.Activity ?? Activity.Current;

        try
        {
            return await answer(inference, request, call).ConfigureAwait(false);
        }
        catch (InferenceException refusal)
        {
            calls.Report(span, refusal);
            var trailers = new Metadata();

            if (refusal.RetryAfter is { } wait)
            {
                var (name, value) = GrpcAnswer.PushbackOf(wait);
                trailers.Add(name, value);
            }

            throw new RpcException(new Status((StatusCode)GrpcAnswer.StatusOf(refusal.Status), refusal.Message), trailers);
        }
        catch (Exception defect) when (defect is not (RpcException or OperationCanceledException))
        {
            Log.CallFailed(logger, defect, call.Method);
            span?.AddException(defect);
            Telemetry.Fail(span, defect.GetType().FullName!, defect.Message);
            throw new RpcException(new Status(StatusCode.Internal, "Internal error; the trace and the log have the details."));
        }
    }

    private static Marshaller<T> Reads<T>(MessageParser<T> parser)
        where T : class, IMessage<T> => Marshallers.Create<T>(
            static (_, _) => throw new NotSupportedException(),
            payload =>
            {
                try
                {
                    return parser.ParseFrom(payload.PayloadAsReadOnlySequence());
                }
                catch (InvalidProtocolBufferException)
                {
                    throw new RpcException(new Status(StatusCode.InvalidArgument, "The message is not a valid protocol buffer."));
                }
            });

    private static Marshaller<T> Writes<T>()
        where T : class, IMessage => Marshallers.Create<T>(
            static (message, payload) =>
            {
                payload.SetPayloadLength(message.CalculateSize());
                message.WriteTo(payload.GetBufferWriter());
                payload.Complete();
            },
            static _ => throw new NotSupportedException());
}
