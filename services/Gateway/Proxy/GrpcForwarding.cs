using System.Net;
using InferenceTracing.ServiceDefaults.Requests;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace InferenceTracing.Gateway.Proxy;

/// <summary>gRPC needs HTTP/2 end to end, and asks for it without TLS where the others use HTTP/1.1, which is as fast here.</summary>
internal sealed class GrpcForwarding : ITransformProvider
{
    public void Apply(TransformBuilderContext context) => context.AddRequestTransform(transform =>
    {
        if (GrpcAnswer.IsGrpc(transform.HttpContext.Request))
        {
            transform.ProxyRequest.Version = HttpVersion.Version20;
            transform.ProxyRequest.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        }

        return ValueTask.CompletedTask;
    });

    public void ValidateCluster(TransformClusterValidationContext context)
    {
    }

    public void ValidateRoute(TransformRouteValidationContext context)
    {
    }
}
