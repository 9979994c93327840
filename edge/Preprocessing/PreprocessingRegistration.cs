using InferenceTracing.Imaging;
using InferenceTracing.ModelRepository;
using InferenceTracing.Preprocessing.Classification;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Memory;
using InferenceTracing.Preprocessing.Outbox;
using InferenceTracing.Preprocessing.Voting;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.ServiceDefaults.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing;

/// <summary>The edge's parts and endpoints.</summary>
internal static class PreprocessingRegistration
{
    public static void AddPreprocessing(this WebApplicationBuilder builder)
    {
        ImagePreprocessor.Load();

        var services = builder.Services;

        services.AddValidatedOptions<ImageOptions>(ImageOptions.Section);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ImageOptions>>((kestrel, limits) =>
            kestrel.Limits.MaxRequestBodySize = (long)limits.Value.MaxBytes + UploadReader.FormBytes);

        services.AddSingleton(provider => new ImagePreprocessor(provider.GetRequiredService<IOptions<ImageOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<MemoryBudget>();
        services.AddSingleton<DecodePlaces>();
        services.AddSingleton<UploadReader>();
        services.AddEdgeVote(builder.Configuration);
        services.AddSingleton<Classifier>();
        services.AddSingleton<InFlight>();
        services.AddHealthChecks().AddCheck<ClusterWatch>("cluster");
        services.AddDecision(builder.Configuration);
    }

    /// <summary>The edge behind its codec: who answers, the way to the cluster, and the outbox. The herd's drill has many of these in one process.</summary>
    internal static void AddDecision(this IServiceCollection services, IConfiguration settings)
    {
        services.AddValidatedOptions<PreprocessingOptions>(PreprocessingOptions.Section);
        services.AddValidatedOptions<ClusterOptions>(ClusterOptions.Section, options => options.Problems());
        services.AddValidatedOptions<EdgeOptions>(EdgeOptions.Section, options => options.Problems());
        services.TryAddSingleton(Random.Shared);
        services.AddSingleton<ClusterCircuit>();
        services.AddSingleton<ClusterPlaces>();
        services.AddSingleton<ClusterClient>();
        services.AddSingleton<ClusterWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterWatch>());
        services.AddSingleton<EdgeMetrics>();
        services.AddSingleton<Decider>();
        services.AddOutbox(settings);
    }

    /// <summary>The edge's own model; without <c>Edge:Model</c> it loads nothing and never votes.</summary>
    private static void AddEdgeVote(this IServiceCollection services, IConfiguration settings)
    {
        services.AddSingleton(ModelSearchPath.Default(settings["MODEL_REPOSITORY"]));
        services.AddSingleton(provider => new ModelStore(
            provider.GetRequiredService<ModelSearchPath>(), provider.GetRequiredService<IOptions<EdgeOptions>>().Value.Download, Service.OutsideProxy));
        services.AddSingleton<EdgeVoter>();
        services.AddHostedService(provider => provider.GetRequiredService<EdgeVoter>());
        services.AddHealthChecks().AddCheck<EdgeVoter>("model");
    }

    public static void MapPreprocessing(this WebApplication app)
    {
        app.UseStatusCodePages(ClassifyEndpoints.SayWhyAsync);
        app.UseDefaultFiles();
        app.UseStaticFiles(new StaticFileOptions
        {
            OnPrepareResponse = page => page.Context.Response.Headers.ContentSecurityPolicy =
                "default-src 'self'; img-src 'self' blob:; frame-ancestors 'none'",
        });
        app.MapClassify();
        app.MapOutbox();
    }
}
