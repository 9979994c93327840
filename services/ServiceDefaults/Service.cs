using System.Net.Sockets;
using InferenceTracing.ServiceDefaults.Health;
using InferenceTracing.ServiceDefaults.Hosting;
using InferenceTracing.ServiceDefaults.Tracing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace InferenceTracing.ServiceDefaults;

/// <summary>
/// The life of a service, the same for all of them: settings from appsettings.json, environment and command line; telemetry; health;
/// the service's own parts; a graceful stop. What keeps it from starting is said in one line, and the exit code is 1.
/// </summary>
public static class Service
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    /// <summary>Runs a service until it is stopped, and answers the process's exit code.</summary>
    /// <param name="args">The command line: <c>--Section:Key=value</c> overrides any setting, <c>--urls</c> the addresses, <c>--health</c> asks a running one.</param>
    /// <param name="defaults">Name, port and environment where the settings name no other.</param>
    /// <param name="configure">Adds the service's parts.</param>
    /// <param name="map">Adds its middleware and endpoints.</param>
    public static async Task<int> RunAsync(
        string[] args, ServiceIdentity defaults, Action<WebApplicationBuilder> configure, Action<WebApplication> map)
    {
        ArgumentNullException.ThrowIfNull(defaults);
        ArgumentNullException.ThrowIfNull(configure);
        ArgumentNullException.ThrowIfNull(map);

        var stopping = CancellationToken.None;

        try
        {
            var builder = Create(args);

            // Asked every few seconds: the settings are all it takes, not the service's parts.
            if (args.Contains("--health"))
            {
                return await HealthProbe.AskAsync(builder.Configuration, defaults.Port).ConfigureAwait(false);
            }

            var app = Build(builder, defaults, configure);

            stopping = app.Lifetime.ApplicationStopping;
            app.UseMiddleware<ServerSpanMiddleware>();
            app.MapHealth();
            map(app);
            await app.RunAsync().ConfigureAwait(false);

            // A part that cannot go on says so in the exit code before it stops the host.
            return Environment.ExitCode;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // Asked to stop before it had started, from outside or by a part of its own that cannot go on.
            return Environment.ExitCode;
        }
        catch (Exception failure) when (Explain(failure) is { } line)
        {
            await Console.Error.WriteLineAsync($"{defaults.Name}: {line}").ConfigureAwait(false);
            return 1;
        }
    }

    private static WebApplicationBuilder Create(string[] args)
    {
        // Settings lie beside the executable, wherever it is started from.
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            Args = [.. args.Where(argument => argument != "--health")],
            ContentRootPath = AppContext.BaseDirectory,
        });

        // Secrets need not be in the environment, which every process that may look at this one can read: a file each, named like the setting
        // with '__' for ':' (Docker and Kubernetes mount them so).
        if (builder.Configuration["SecretsFolder"] is { Length: > 0 } folder)
        {
            builder.Configuration.AddKeyPerFile(
                Directory.Exists(folder) ? folder : throw new StartupException($"SecretsFolder: there is no folder {folder}."), optional: false);
        }

        return builder;
    }

    private static WebApplication Build(WebApplicationBuilder builder, ServiceIdentity defaults, Action<WebApplicationBuilder> configure)
    {
        var started = CancellationToken.None;

        if (!HasAddress(builder.Configuration))
        {
            builder.WebHost.UseUrls($"http://127.0.0.1:{defaults.Port}");
        }

        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        builder.Logging.AddSimpleConsole(console =>
        {
            console.SingleLine = true;
            console.TimestampFormat = "HH:mm:ss.fff ";
        });
        builder.Logging.AddFilter(HostCategory, level => level >= LogLevel.Information && !IsStarting());
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(20));
        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddHostedService<StopWithParent>();
        builder.Services.AddHealthChecks();
        builder.AddTelemetry(defaults);
        configure(builder);
        var app = builder.Build();
        started = app.Lifetime.ApplicationStarted;
        return app;

        // What keeps a service from starting is said by RunAsync in one line; the host would log it as well, with its stack trace.
        bool IsStarting() => !started.IsCancellationRequested;
    }

    private static bool HasAddress(IConfiguration configuration) =>
        configuration["urls"] is not null
        || configuration["http_ports"] is not null
        || configuration.GetSection("Kestrel:Endpoints").Exists();

    /// <summary>One line for what an operator can mend; null for a defect, whose stack trace is wanted.</summary>
    private static string? Explain(Exception failure) => failure switch
    {
        StartupException => failure.Message,
        InvalidOperationException or FormatException when IsUnreadableSetting(failure.Message) => failure.Message,
        InvalidOperationException unknown when IsUnknownSetting(unknown) =>
            $"unknown setting{unknown.Message[unknown.Message.LastIndexOf(':')..]}",
        OptionsValidationException invalid => string.Join(" ", invalid.Failures),
        IOException { InnerException: AddressInUseException } busy => $"{busy.Message} Choose another with --urls.",
        SocketException socket => $"cannot listen: {socket.Message}.",
        FileNotFoundException missing => $"file not found: {missing.FileName ?? missing.Message}",
        InvalidDataException data => data.Message,
        _ when failure.InnerException is { } inner => Explain(inner),
        _ => null,
    };

    /// <summary>How the configuration binder and Kestrel begin what they say of a value they cannot read; they have no exception type for it.</summary>
    private static bool IsUnreadableSetting(string message) =>
        message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal)
        || message.StartsWith("Invalid url", StringComparison.Ordinal);

    private static bool IsUnknownSetting(InvalidOperationException failure) =>
        failure is { InnerException: null } && failure.Message.StartsWith("'ErrorOnUnknownConfiguration'", StringComparison.Ordinal);
}
