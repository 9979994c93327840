using InferenceTracing.Imaging;
using InferenceTracing.Preprocessing.Classification;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Memory;
using InferenceTracing.Preprocessing.Upload;
using InferenceTracing.ServiceDefaults.Settings;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing;

/// <summary>The edge's parts and endpoints.</summary>
internal static class PreprocessingRegistration
{
    public static void AddPreprocessing(this WebApplicationBuilder builder)
    {
        ImagePreprocessor.Load();

        var services = builder.Services;

        services.AddValidatedOptions<PreprocessingOptions>(PreprocessingOptions.Section);
        services.AddValidatedOptions<ClusterOptions>(ClusterOptions.Section, options => options.Problems());
        services.AddValidatedOptions<ImageOptions>(ImageOptions.Section);
        services.AddOptions<KestrelServerOptions>().Configure<IOptions<ImageOptions>>((kestrel, limits) =>
            kestrel.Limits.MaxRequestBodySize = (long)limits.Value.MaxBytes + UploadReader.FormBytes);

        services.AddSingleton(provider => new ImagePreprocessor(provider.GetRequiredService<IOptions<ImageOptions>>().Value, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ClusterClient>();
        services.AddSingleton<MemoryBudget>();
        services.AddSingleton<DecodePlaces>();
        services.AddSingleton<UploadReader>();
        services.AddSingleton<Classifier>();
        services.AddSingleton<InFlight>();
        services.AddSingleton<ClusterWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterWatch>());
        services.AddHealthChecks().AddCheck<ClusterWatch>("cluster");
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
    }
}
