using InferenceTracing.ModelRepository;
using InferenceTracing.ModelServer.Batching;
using InferenceTracing.OpenInference;
using InferenceTracing.ServiceDefaults;
using InferenceTracing.ServiceDefaults.Settings;
using Microsoft.Extensions.Options;

namespace InferenceTracing.ModelServer;

/// <summary>The model server's parts.</summary>
internal static class ModelServerRegistration
{
    public static void AddModelServer(this WebApplicationBuilder builder)
    {
        var (services, settings) = (builder.Services, builder.Configuration);

        services.AddValidatedOptions<ModelOptions>(ModelOptions.Section, options => options.Problems());
        services.AddValidatedOptions<BatchingOptions>(BatchingOptions.Section);

        services.AddSingleton(ModelSearchPath.Default(settings["MODEL_REPOSITORY"]));
        services.AddSingleton(provider => new ModelStore(
            provider.GetRequiredService<ModelSearchPath>(), provider.GetRequiredService<IOptions<ModelOptions>>().Value.Download, Service.OutsideProxy));
        services.AddSingleton<BatchMetrics>();
        services.AddSingleton<NetworkModel>();
        services.AddSingleton<IInferenceModel>(provider => provider.GetRequiredService<NetworkModel>());
        services.AddSingleton<ModelLoader>();
        services.AddSingleton<ILoadableModel>(provider => provider.GetRequiredService<ModelLoader>());
        services.AddHostedService(provider => provider.GetRequiredService<ModelLoader>());
        services.AddHealthChecks().AddCheck<ModelHealth>("model");
    }
}
