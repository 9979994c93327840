using Grpc.AspNetCore.Server.Model;
using Grpc.Net.Compression;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace InferenceTracing.OpenInference.Grpc;

/// <summary>
/// The protocol over gRPC (kserve/open-inference-protocol, specification/protocol/inference_grpc.md, with Triton's extensions), and the standard health service
/// (github.com/grpc/grpc/blob/master/doc/health-checking.md).
/// </summary>
internal static class GrpcEndpoints
{
    public static void AddGrpcInference(this WebApplicationBuilder builder)
    {
        // What a call is refused with is said on its span and in our own log; the library's lines say it again.
        builder.Logging.AddFilter("Grpc", LogLevel.Warning);
        builder.Services.AddSingleton<GrpcInference>();
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IServiceMethodProvider<GrpcInference>, GrpcMethods>());
        builder.Services.AddGrpcHealthChecks(health => health.Services.Map(GrpcMethods.Service, static _ => true));
        builder.Services.AddGrpc();
        builder.Services.AddOptions<global::Grpc.AspNetCore.Server.GrpcServiceOptions>().Configure<IOptions<OpenInferenceOptions>>((grpc, inference) =>
        {
            var limit = (int)Math.Min(RequestReader.Limit(inference.Value.MaxBatch), int.MaxValue);
            grpc.MaxReceiveMessageSize = limit;
            grpc.MaxSendMessageSize = null;
            grpc.CompressionProviders = [new BoundedCompression("gzip", limit), new BoundedCompression("deflate", limit)];
        });
    }

    public static void MapGrpcInference(this IEndpointRouteBuilder endpoints)
    {
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<OpenInferenceOptions>>().Value;
        endpoints.MapGrpcService<GrpcInference>().WithMetadata(new BodyLimit(RequestReader.Limit(options.MaxBatch) + BodyLimit.FrameBytes)).Add(NoteOutcome);
        endpoints.MapGrpcHealthChecksService().Add(NoteOutcome);
    }

    private static void NoteOutcome(EndpointBuilder endpoint)
    {
        var call = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = async context =>
        {
            await call(context).ConfigureAwait(false);
            GrpcAnswer.Note(context);
        };
    }

    /// <summary>What Kestrel reads of a call at most: one message and the five bytes before it.</summary>
    private sealed record BodyLimit(long? MaxRequestBodySize) : IRequestSizeLimitMetadata
    {
        public const int FrameBytes = 5;
    }
}
