using InferenceTracing.Preprocessing.Classification;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// The outbox's parts and endpoints: where the edge answers by itself what it would ask the cluster, or asks it only when it is not sure. Else there is nothing of it, not even
/// its file.
/// </summary>
internal static class OutboxRegistration
{
    /// <param name="services">Where they are registered.</param>
    /// <param name="settings">The whole edge's.</param>
    public static void AddOutbox(this IServiceCollection services, IConfiguration settings)
    {
        var edge = settings.GetSection(EdgeOptions.Section).Get<EdgeOptions>() ?? new EdgeOptions();
        services.AddSingleton<LiveTraffic>();

        if (edge is not { Votes: true, Mode: EdgeMode.Fallback or EdgeMode.Cascade })
        {
            return;
        }

        services.TryAddSingleton(Random.Shared);
        services.AddSingleton<OutboxFile>();
        services.AddSingleton<OutboxMetrics>();
        services.AddSingleton<AgreementWindow>();
        services.AddSingleton<OutboxReader>();
        services.AddSingleton<OutboxWriter>();
        services.AddSingleton<OutboxStore>();
        services.AddHostedService<OutboxJudge>();

        if (edge.Webhook.Length > 0)
        {
            services.AddHostedService<Webhook>();
        }
    }

    public static void MapOutbox(this WebApplication app)
    {
        // The file is opened, or refused, before the first request.
        if (app.Services.GetService<OutboxStore>() is not null)
        {
            app.MapOutboxEndpoints();
        }
    }
}
