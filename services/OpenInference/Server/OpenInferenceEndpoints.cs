using InferenceTracing.OpenInference.Grpc;
using InferenceTracing.OpenInference.Wire;
using InferenceTracing.ServiceDefaults.Hosting;
using InferenceTracing.ServiceDefaults.Settings;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace InferenceTracing.OpenInference.Server;

/// <summary>
/// The Open Inference Protocol v2 over HTTP (kserve/open-inference-protocol, specification/protocol/inference_rest.md) with Triton's
/// extensions for binary tensors, classification, configuration, statistics and the repository, and over gRPC on the same port, for the one
/// <see cref="IInferenceModel"/> of the service. <c>/v2/openapi.json</c> describes the paths.
/// </summary>
public static class OpenInferenceEndpoints
{
    // HEAD wherever GET is: RFC 9110, 9.1.
    private static readonly string[] Read = ["GET", "HEAD"];

    private const string ModelPath = "/v2/models/{model}";

    private const string VersionPath = ModelPath + "/versions/{version}";

    private static readonly byte[] OpenApi = ReadOpenApi();

    /// <summary>The endpoints' limits, from the settings section <c>OpenInference</c>, gRPC on the same port, and the service's own first request.</summary>
    public static void AddOpenInference(this WebApplicationBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddValidatedOptions<OpenInferenceOptions>(OpenInferenceOptions.Section);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<InferenceStatistics>();
        builder.Services.AddSingleton<ModelCalls>();
        builder.Services.AddSingleton<RepositoryControl>();
        builder.Services.AddSingleton<FirstRequest>();
        builder.Services.AddHostedService(services => services.GetRequiredService<FirstRequest>());
        builder.Services.AddHealthChecks().AddCheck<FirstRequest>("first_request");
        builder.AcceptHttp2OnTheSamePort();
        builder.AddGrpcInference();
    }

    /// <summary>Maps every v2 path, and the calls of gRPC.</summary>
    public static IEndpointRouteBuilder MapOpenInference(this IEndpointRouteBuilder endpoints)
    {
        ArgumentNullException.ThrowIfNull(endpoints);

        var calls = endpoints.ServiceProvider.GetRequiredService<ModelCalls>();
        var statistics = endpoints.ServiceProvider.GetRequiredService<InferenceStatistics>();
        var repository = endpoints.ServiceProvider.GetRequiredService<RepositoryControl>();
        var infer = new InferEndpoint(calls);

        endpoints.MapMethods("/v2", Read, () => Answer(ServerDescription.Of(calls.Options, Telemetry.Version)));
        endpoints.MapMethods("/v2/openapi.json", Read, static () => Results.Bytes(OpenApi, WireHeaders.Json));
        endpoints.MapMethods("/v2/health/live", Read, static () => Answer(new ServerState(Live: true)));
        endpoints.MapMethods("/v2/health/ready", Read, () => Answer(new ServerState(Live: true, calls.IsReady), StatusOf(calls)));
        endpoints.MapMethods("/v2/models/stats", Read, () => Answer(new StatisticsAnswer([statistics.Of(calls.Model.Metadata)])));

        foreach (var path in (string[])[ModelPath, VersionPath])
        {
            Describe(path, model => Answer(ModelDescription.Of(model)));
            Describe(path + "/ready", model => Answer(new ModelState(model.Name, calls.IsReady), StatusOf(calls)));
            Describe(path + "/config", model => Answer(ModelConfiguration.Of(model, calls.Options.MaxBatch)));
            Describe(path + "/stats", model => Answer(new StatisticsAnswer([statistics.Of(model)])));
            endpoints.MapPost(path + "/infer", infer.HandleAsync);
        }

        Control("/v2/repository/index", async context => Answer(repository.Index(await RepositoryControl.ReadReadyOnlyAsync(context.Request).ConfigureAwait(false))));
        Control("/v2/repository/models/{model}/load", context => DoneAsync(repository.LoadAsync(context.GetRouteValue("model") as string)));
        Control("/v2/repository/models/{model}/unload", context => DoneAsync(repository.UnloadAsync(context.GetRouteValue("model") as string)));
        endpoints.MapGrpcInference();
        return endpoints;

        void Describe(string path, Func<ModelMetadata, IResult> describe) => endpoints.MapMethods(path, Read, Guard(context =>
            Task.FromResult(describe(calls.Resolve(context.GetRouteValue("model") as string, context.GetRouteValue("version") as string).Metadata))));

        void Control(string path, Func<HttpContext, Task<IResult>> act) => endpoints.MapPost(path, Guard(act));

        RequestDelegate Guard(Func<HttpContext, Task<IResult>> answer) => async context =>
        {
            try
            {
                await (await answer(context).ConfigureAwait(false)).ExecuteAsync(context).ConfigureAwait(false);
            }
            catch (InferenceException refusal) when (!context.Response.HasStarted)
            {
                await infer.RefuseAsync(context, refusal).ConfigureAwait(false);
            }
        };
    }

    private static async Task<IResult> DoneAsync(Task act)
    {
        await act.ConfigureAwait(false);
        return Results.Ok();
    }

    private static int StatusOf(ModelCalls calls) => calls.IsReady ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;

    private static IResult Answer<T>(T document, int status = StatusCodes.Status200OK) => Results.Json(document, Document.Json, WireHeaders.Json, status);

    private static byte[] ReadOpenApi()
    {
        using var resource = typeof(OpenInferenceEndpoints).Assembly.GetManifestResourceStream("openapi.json")!;
        using var bytes = new MemoryStream();
        resource.CopyTo(bytes);
        return bytes.ToArray();
    }
}
