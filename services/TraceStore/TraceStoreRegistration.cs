using InferenceTracing.ServiceDefaults.Settings;
using InferenceTracing.TraceStore.Jaeger;
using InferenceTracing.TraceStore.Otlp;
using InferenceTracing.TraceStore.Storage;
using InferenceTracing.TraceStore.Viewer;

namespace InferenceTracing.TraceStore;

internal static class TraceStoreRegistration
{
    /// <summary>Settings, checked before the first request; the store; the way into it.</summary>
    public static void AddTraceStore(this WebApplicationBuilder builder)
    {
        var services = builder.Services;

        services.AddValidatedOptions<StoreOptions>(StoreOptions.Section);
        services.AddValidatedOptions<OtlpOptions>(OtlpOptions.Section);
        services.AddValidatedOptions<QueryOptions>(QueryOptions.Section);

        services.AddSingleton<StoreMetrics>();
        services.AddSingleton<Database>();
        services.AddSingleton<Words>();
        services.AddSingleton<SpanWriter>();
        services.AddSingleton<SpanReaders>();
        services.AddSingleton<SpanStore>();
        services.AddSingleton<IntakeBudget>();
        services.AddSingleton<TraceIntake>();
        services.AddSingleton<LogIntake>();
        OtlpDoor.MarkConnections(builder);
        services.AddHealthChecks().AddCheck<StoreHealth>("store");
    }

    /// <summary>Ways in, ways out, and a page to look at it.</summary>
    public static void MapTraceStore(this WebApplication app)
    {
        app.MapWhen(OtlpDoor.Leads, OtlpDoor.Open);

        // The file is opened, or refused, before the first request.
        app.Services.GetRequiredService<SpanWriter>();
        app.UseViewer();
        app.MapJaegerQuery();
        app.MapJaegerV3();
        app.MapStoreCounts();
        app.MapViewerSearch();
        app.MapTraceLogs();
        app.MapEdgeAnswers();
        app.MapViewer();
    }
}
