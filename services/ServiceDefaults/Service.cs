using System.Net;
using InferenceTracing.ServiceDefaults.Health;
using InferenceTracing.ServiceDefaults.Hosting;
using InferenceTracing.ServiceDefaults.Logging;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.ServiceDefaults;

/// <summary>
/// What every service's Program.cs calls, in this order: settings from appsettings.json, environment and command line; telemetry, health and hosting;
/// a graceful stop. What keeps a service from starting is said in one line, and the exit code is 1.
/// </summary>
public static class Service
{
    /// <summary>The proxy that the environment names, for calls that leave the system; null until <see cref="Options"/>.</summary>
    public static IWebProxy? OutsideProxy { get; private set; }

    /// <summary>Options whose settings lie beside the executable, wherever it is started from. From here on the process ends with one line.</summary>
    /// <param name="args">The command line: <c>--Section:Key=value</c> overrides any setting, <c>--urls</c> the addresses, <c>--health</c> asks a running instance.</param>
    public static WebApplicationOptions Options(string[] args)
    {
        ArgumentNullException.ThrowIfNull(args);
        StartupFailure.EndInOneLine();

        // The parts call each other, and the proxy is for the world outside. So it is for every client in the process: the exporter makes one of its own.
        OutsideProxy ??= HttpClient.DefaultProxy;
        HttpClient.DefaultProxy = new WebProxy();
        return new WebApplicationOptions { Args = [.. args.Select(HealthProbe.AsSetting)], ContentRootPath = AppContext.BaseDirectory };
    }

    /// <summary>Telemetry, health, logging, Kestrel and secrets, the same for all services. With <c>--health</c> it asks the running instance instead, and exits.</summary>
    /// <exception cref="StartupException">A setting cannot be meant as it is.</exception>
    public static void AddServiceDefaults(this WebApplicationBuilder builder, ServiceIdentity identity)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(identity);
        StartupFailure.Speaker = identity.Name;
        builder.AddSecretsFolder();

        if (HealthProbe.IsAsked(builder.Configuration))
        {
            Environment.Exit(HealthProbe.Ask(builder.Configuration, identity.Port));
        }

        if (!HasAddress(builder.Configuration))
        {
            builder.WebHost.UseUrls($"http://127.0.0.1:{identity.Port}");
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        // A line for each look at a part that is not ready, five a second; the parts themselves say once when that begins and once when it ends.
        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None);
        StartupFailure.SilenceHost(builder.Logging);
        builder.Services.AddSingleton<LoggerFactory>();
        builder.Services.Replace(ServiceDescriptor.Singleton<ILoggerFactory, SparingLoggerFactory>());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<StopWithParent>();
        builder.Services.AddHealthChecks();
        builder.AddTelemetry(identity);
    }

    /// <summary>What every answer and every failure leaves in the trace, around everything that follows, and the health endpoints.</summary>
    public static void UseServiceDefaults(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        app.UseMiddleware<ServerSpanMiddleware>();
        app.UseStatusCodePages(BareRefusal.SayWhyAsync);
        app.MapHealth();
    }

    /// <summary>Runs the service until it is stopped, and answers the process's exit code, which a part that cannot go on sets before it stops the host.</summary>
    public static async Task<int> RunServiceAsync(this WebApplication app)
    {
        ArgumentNullException.ThrowIfNull(app);
        var stopping = app.Lifetime.ApplicationStopping;
        app.Lifetime.ApplicationStarted.Register(() => StartupFailure.HasStarted = true);

        try
        {
            await app.RunAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop before it had started.
        }

        return Environment.ExitCode;
    }

    /// <summary>
    /// Secrets need not be in the environment, which every process that may look at this one can read: a file each, named like the setting with
    /// '__' for ':' (Docker and Kubernetes mount them so).
    /// </summary>
    /// <exception cref="StartupException">There is no such folder.</exception>
    public static void AddSecretsFolder(this WebApplicationBuilder builder)
    {
        if (builder.Configuration["SecretsFolder"] is { Length: > 0 } folder)
        {
            builder.Configuration.AddKeyPerFile(
                Directory.Exists(folder) ? folder : throw new StartupException($"SecretsFolder: there is no folder {folder}."), optional: false);
        }
    }

    /// <summary>One line for a setting that an operator can mend, for a command that reads the service's settings; null for a defect.</summary>
    public static string? Explain(Exception failure) => StartupFailure.Explain(failure);

    private static bool HasAddress(IConfiguration configuration) =>
        configuration["urls"] is not null
        || configuration["http_ports"] is not null
        || configuration.GetSection("Kestrel:Endpoints").Exists();
}

/// <summary>Who a service is where its settings say nothing else.</summary>
/// <param name="Name">Its <c>service.name</c>; <c>OTEL_SERVICE_NAME</c> overrides it.</param>
/// <param name="Port">The loopback port it listens on without <c>--urls</c>, <c>ASPNETCORE_URLS</c> or <c>ASPNETCORE_HTTP_PORTS</c>.</param>
/// <param name="Environment">Its <c>deployment.environment.name</c>: <c>edge</c> or <c>cluster</c>; the setting <c>Deployment:Environment</c> overrides it.</param>
/// <param name="Entry">True for a part that callers from outside reach: it decides about a trace, whatever the flag in their <c>traceparent</c> says.</param>
/// <param name="Traced">False for a part that stores traces and must not make any.</param>
public sealed record ServiceIdentity(string Name, int Port, string Environment, bool Entry = false, bool Traced = true);
