using InferenceTracing.OpenInference.Wire;
using InferenceTracing.ServiceDefaults.Settings;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace InferenceTracing.OpenInference.Server;

/// <summary>
/// The Open Inference Protocol v2 over HTTP (kserve/open-inference-protocol, specification/protocol/inference_rest.md) with Triton's
/// binary tensor and classification extensions, for the one <see cref="IInferenceModel"/> of the service.
/// </summary>
public static class OpenInferenceEndpoints
{
    // HEAD wherever GET is: RFC 9110, 9.1.
    private static readonly string[] Read = ["GET", "HEAD"];

    private const string ModelPath = "/v2/models/{model}";

    private const string VersionPath = ModelPath + "/versions/{version}";

    /// <summary>The endpoints' limits, from the settings section <c>OpenInference</c>, and the service's own first request.</summary>
    public static void AddOpenInference(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddValidatedOptions<OpenInferenceOptions>(OpenInferenceOptions.Section);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<FirstRequest>();
        builder.Services.AddHostedService(services => services.GetRequiredService<FirstRequest>());
        builder.Services.AddHealthChecks().AddCheck<FirstRequest>("first_request");
    }

    /// <summary>Maps every v2 path.</summary>
    public static IEndpointRouteBuilder MapOpenInference(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        var services = endpoints.ServiceProvider;
        var infer = new InferEndpoint(
            services.GetRequiredService<IOptions<OpenInferenceOptions>>().Value,
            services.GetRequiredService<TimeProvider>(),
            services.GetRequiredService<ILoggerFactory>().CreateLogger("InferenceTracing.OpenInference"));

        endpoints.MapMethods("/v2", Read, static () =>
            new ServerDescription("inference-tracing", Telemetry.Version, ["binary_tensor_data", "classification"]));
        endpoints.MapMethods("/v2/health/live", Read, static () => new ServerState(Live: true));
        endpoints.MapMethods("/v2/health/ready", Read, static (FirstRequest first) =>
            Results.Json(new ServerState(Live: true, first.IsReady), contentType: WireHeaders.Json, statusCode: StatusOf(first)));

        foreach (var path in (string[])[ModelPath, VersionPath])
        {
            endpoints.MapMethods(path, Read, static (HttpContext context) =>
                Describe(context, static model => Results.Json(ModelDescription.Of(model.Metadata), contentType: WireHeaders.Json)));
            endpoints.MapMethods(path + "/ready", Read, (HttpContext context, FirstRequest first) =>
                Describe(context, model => Results.Json(new ModelState(model.Metadata.Name, first.IsReady), contentType: WireHeaders.Json, statusCode: StatusOf(first))));
            endpoints.MapPost(path + "/infer", infer.HandleAsync);
        }

        return endpoints;
    }

    /// <summary>The model that a path names.</summary>
    /// <exception cref="InferenceException">404: it is not the one served here.</exception>
    internal static IInferenceModel Resolve(HttpContext context)
    {
        var served = context.RequestServices.GetRequiredService<IInferenceModel>();
        var (name, version) = (context.GetRouteValue("model") as string, context.GetRouteValue("version") as string);

        if (name != served.Metadata.Name)
        {
            throw InferenceException.NotFound($"The model served here is '{served.Metadata.Name}'.");
        }

        return version is null || version == served.Metadata.Version
            ? served
            : throw InferenceException.NotFound($"The version served here is '{served.Metadata.Version}'.");
    }

    private static int StatusOf(FirstRequest first) =>
        first.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

    private static IResult Describe(HttpContext context, Func<IInferenceModel, IResult> describe)
    {
        try
        {
            return describe(Resolve(context));
        }
        catch (InferenceException refusal)
        {
            return Results.Json(new ErrorBody(refusal.Message), contentType: WireHeaders.Json, statusCode: refusal.Status);
        }
    }
}
