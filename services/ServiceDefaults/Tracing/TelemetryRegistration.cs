using System.Diagnostics;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Sampling;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.Metrics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Context.Propagation;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace InferenceTracing.ServiceDefaults.Tracing;

/// <summary>
/// OpenTelemetry over the standard <c>OTEL_*</c> settings. Nothing is exported until an <c>OTEL_EXPORTER_OTLP_[TRACES_]ENDPOINT</c> is set;
/// <c>OTEL_METRICS_EXPORTER=none</c> and <c>OTEL_LOGS_EXPORTER=none</c> keep a signal at home, for receivers that take traces only.
/// </summary>
internal static class TelemetryRegistration
{
    private static readonly string[] Meters =
    [
        Telemetry.Name, "System.Runtime", "System.Net.Http", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel",
        "Microsoft.AspNetCore.RateLimiting", "otel.sdk.experimental",
    ];

    public static void AddTelemetry(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        var settings = builder.Configuration;

        // ASP.NET Core reads with the one, HttpClient writes with the other, OpenTelemetry's instrumentation with the third.
        var propagator = new TraceContextOnly();
        builder.Services.Replace(ServiceDescriptor.Singleton<DistributedContextPropagator>(propagator));
        DistributedContextPropagator.Current = propagator;
        Sdk.SetDefaultTextMapPropagator(new TraceContextPropagator());

        builder.Services.AddSingleton<ExportGate>();

        if (!identity.Traced || string.Equals(settings["OTEL_SDK_DISABLED"], "true", StringComparison.OrdinalIgnoreCase))
        {
            return;
        }

        ExporterSettings.AddDefaults(settings);

        // Before the service's own parts: hosted services stop in the reverse order, so this one stops after all that make spans.
        builder.Services.AddHostedService<SpanFlush>();

        var telemetry = builder.Services.AddOpenTelemetry();

        telemetry.ConfigureResource(resource => resource
            .AddService(identity.Name, serviceVersion: Telemetry.Version)
            .AddAttributes([new("deployment.environment.name", settings["Deployment:Environment"] ?? identity.Environment)])
            .AddEnvironmentVariableDetector());

        telemetry.WithTracing(tracing => tracing
            .SetSampler(Sampler(builder, identity))
            .AddAspNetCoreInstrumentation(requests => requests.EnrichWithHttpResponse = GrpcAnswer.NameSpan)
            .AddHttpClientInstrumentation(calls => calls.EnrichWithHttpRequestMessage = ClientSpanName.Give)
            .AddSource(Telemetry.Name));

        if (Exports(settings, "METRICS"))
        {
            telemetry.WithMetrics(metrics => metrics.AddMeter(Meters));
        }

        // Else a record is its template, and who reads it has to put the values in.
        builder.Services.Configure<OpenTelemetryLoggerOptions>(logs => logs.IncludeFormattedMessage = true);

        if (!Exports(settings, "LOGS"))
        {
            builder.Logging.AddFilter<OpenTelemetryLoggerProvider>(null, LogLevel.None);
        }

        if (Exports(settings, "TRACES"))
        {
            ExporterSettings.Check(settings);
            builder.Services.AddOptions<OtlpExporterOptions>().Configure<ExportGate>((options, gate) => TransientExport.Use(options, settings, gate));
            telemetry.UseOtlpExporter();
        }

        if (!Exports(settings, "METRICS"))
        {
            // The exporter brings a meter provider along, which would send an empty message every minute.
            builder.Services.RemoveAll<IMetricsListener>();
            builder.Services.RemoveAll<MeterProvider>();
        }
    }

    private static Func<IServiceProvider, Sampler> Sampler(WebApplicationBuilder builder, ServiceIdentity identity)
    {
        var sampling = SamplingSettings.Read(builder.Configuration);
        var decides = sampling.Decides(identity);

        if (sampling.Service is null)
        {
            return _ => new TraceSampler(SamplingStrategy.Share(sampling.Share), decides);
        }

        var name = builder.Configuration["OTEL_SERVICE_NAME"] is { Length: > 0 } other ? other : identity.Name;
        builder.Services.AddSingleton(services => new RemoteStrategies(
            sampling, name, builder.Configuration, services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILoggerFactory>()));
        builder.Services.AddHostedService(services => services.GetRequiredService<RemoteStrategies>());
        return services => new TraceSampler(services.GetRequiredService<RemoteStrategies>(), decides);
    }

    private static bool Exports(IConfiguration settings, string signal) =>
        settings[$"OTEL_{signal}_EXPORTER"] is not "none"
        && (settings["OTEL_EXPORTER_OTLP_ENDPOINT"] is { Length: > 0 } || settings[$"OTEL_EXPORTER_OTLP_{signal}_ENDPOINT"] is { Length: > 0 });
}

/// <summary>
/// Flushes the spans of the last requests while the process still has time, which the exporter's own disposal does not promise. It is
/// registered before everything that makes spans, and so stops after it.
/// </summary>
internal sealed class SpanFlush(IServiceProvider services) : IHostedService
{
    private const int FlushMilliseconds = 5_000;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.Run(
        () => services.GetService<TracerProvider>()?.ForceFlush(FlushMilliseconds), cancellationToken);
}
