using System.Net;
using InferenceTracing.Gateway.Keys;
using InferenceTracing.Gateway.Proxy;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.ServiceDefaults.Hosting;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Health;
using Yarp.ReverseProxy.Transforms;
using Yarp.ReverseProxy.Transforms.Builder;

namespace InferenceTracing.Gateway;

/// <summary>The gateway's parts and the order a request passes them in.</summary>
internal static class GatewayRegistration
{
    public static void AddGateway(this WebApplicationBuilder builder)
    {
        var services = builder.Services;

        services.AddValidatedOptions<GatewayOptions>(GatewayOptions.Section, options => options.Problems());
        services.AddApiKeys();
        services.AddKeyRateLimit();
        services.AddSingleton<IActiveHealthCheckPolicy, ProbePolicy>();
        services.AddReverseProxy().LoadFromConfig(builder.Configuration.GetSection("ReverseProxy")).AddConfigFilter<DestinationCheck>()
            .AddTransforms<GrpcForwarding>();
        services.AddHealthChecks().AddCheck<EnsembleHealth>("ensemble");

        builder.AcceptHttp2OnTheSamePort();

        // Kestrel stops reading a body at the gateway's limit, also one that does not say its length.
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<GatewayOptions>>((kestrel, gateway) =>
            kestrel.Limits.MaxRequestBodySize = gateway.Value.MaxBodyBytes);
    }

    public static void MapGateway(this WebApplication app)
    {
        app.UseMiddleware<RefusalMiddleware>();
        app.Use(AddSlashAsync);
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseRateLimiter();
        app.Use(ApiKeyAuthentication.RemoveKeyAsync);
        app.MapRoutes();
    }

    /// <summary>Jaeger's page finds its own parts below where it is: without the closing slash it would be shown without them.</summary>
    private static Task AddSlashAsync(HttpContext context, RequestDelegate next)
    {
        if (context.Request.Path != "/jaeger")
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status308PermanentRedirect;
        context.Response.Headers.Location = $"/jaeger/{context.Request.QueryString}";
        return Task.CompletedTask;
    }

    /// <exception cref="StartupException">YARP's settings contradict themselves.</exception>
    private static void MapRoutes(this WebApplication app)
    {
        try
        {
            app.MapReverseProxy();
        }
        catch (InvalidOperationException refused) when (refused.InnerException is AggregateException wrong)
        {
            throw new StartupException(
                $"ReverseProxy: {string.Join(" ", wrong.Flatten().InnerExceptions.Select(one => one.GetBaseException().Message))}", refused);
        }
    }
}

/// <summary>Says at the start what YARP would find out with the first request: that a destination's address is none.</summary>
internal sealed class DestinationCheck : IProxyConfigFilter
{
    public ValueTask<ClusterConfig> ConfigureClusterAsync(ClusterConfig cluster, CancellationToken cancel)
    {
        foreach (var (name, destination) in cluster.Destinations ?? new Dictionary<string, DestinationConfig>())
        {
            if (!Uri.TryCreate(destination.Address, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
            {
                throw new ArgumentException(
                    $"Clusters:{cluster.ClusterId}:Destinations:{name}:Address must be an http(s) address, not '{destination.Address}'.");
            }
        }

        return ValueTask.FromResult(cluster);
    }

    public ValueTask<RouteConfig> ConfigureRouteAsync(RouteConfig route, ClusterConfig? cluster, CancellationToken cancel) =>
        ValueTask.FromResult(route);
}

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
