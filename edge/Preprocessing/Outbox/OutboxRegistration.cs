using InferenceTracing.Preprocessing.Classification;

namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// The outbox's parts and endpoints: where the edge answers by itself what it would ask the cluster, or asks it only when it is not sure. Else there is nothing of it, not even
/// its file.
/// </summary>
internal static class OutboxRegistration
{
    public static void AddOutbox(this WebApplicationBuilder builder)
    {
        var edge = builder.Configuration.GetSection(EdgeOptions.Section).Get<EdgeOptions>() ?? new EdgeOptions();
        builder.Services.AddSingleton<LiveTraffic>();

        if (edge is not { Votes: true, Mode: EdgeMode.Fallback or EdgeMode.Cascade })
        {
            return;
        }

        builder.Services.AddSingleton(Random.Shared);
        builder.Services.AddSingleton<OutboxFile>();
        builder.Services.AddSingleton<OutboxMetrics>();
        builder.Services.AddSingleton<AgreementWindow>();
        builder.Services.AddSingleton<OutboxReader>();
        builder.Services.AddSingleton<OutboxWriter>();
        builder.Services.AddSingleton<OutboxStore>();
        builder.Services.AddHostedService<OutboxJudge>();

        if (edge.Webhook.Length > 0)
        {
            builder.Services.AddHostedService<Webhook>();
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
