using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.Preprocessing.Cluster;
using InferenceTracing.Preprocessing.Outbox;
using InferenceTracing.ServiceDefaults.Settings;
using InferenceTracing.ServiceDefaults.Tracing;
using InferenceTracing.TestBed;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace InferenceTracing.Preprocessing.Tests.Outbox;

/// <summary>The outbox as the edge registers it, with its endpoints, its judge and its file in a folder of the test's.</summary>
internal sealed class RunningOutbox : IAsyncDisposable
{
    private readonly LocalServer _server;
    private readonly IServiceProvider _services;

    private RunningOutbox(LocalServer server, IServiceProvider services, LogLines log)
    {
        (_server, _services, Log) = (server, services, log);
        Client = new HttpClient { BaseAddress = server.Address };
    }

    public HttpClient Client { get; }

    public ClusterCircuit Circuit => Part<ClusterCircuit>();

    public LogLines Log { get; }

    public OutboxStore Store => Part<OutboxStore>();

    public OutboxReader Reader => Part<OutboxReader>();

    /// <param name="folder">Where the file is.</param>
    /// <param name="cluster">Who is asked; null for a cluster that is away until <see cref="ClusterCircuit.Close"/>.</param>
    /// <param name="clock">The time; null for the system's.</param>
    /// <param name="random">Chance; null for the system's.</param>
    /// <param name="settings">What is set beside that.</param>
    public static async Task<RunningOutbox> StartAsync(
        string folder, Uri? cluster = null, TimeProvider? clock = null, Random? random = null, params (string Key, string Value)[] settings)
    {
        IServiceProvider? services = null;
        var log = new LogLines();
        var options = new ClusterOptions { Url = (cluster ?? new Uri("http://127.0.0.1:9")).ToString(), TraceUrl = "http://traces/{traceId}" };
        var server = await LocalServer.StartAsync(
            app =>
            {
                services = app.Services;
                app.MapOutbox();
            },
            builder =>
            {
                builder.Configuration.AddInMemoryCollection(
                [
                    new("Edge:Mode", "fallback"), new("Edge:Model", "mobilenetv2"), new("Edge:Folder", folder), new("Edge:JudgementsPerSecond", "1000"), new("Edge:ReturnWithin", "00:00:00"),
                    new("Cluster:TraceUrl", options.TraceUrl), new("Cluster:Url", options.Url),
                ]);
                builder.Configuration.AddInMemoryCollection(settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value)));
                builder.Services.AddValidatedOptions<EdgeOptions>(EdgeOptions.Section, edge => edge.Problems());
                builder.Services.AddValidatedOptions<ClusterOptions>(ClusterOptions.Section);
                builder.Services.AddValidatedOptions<PreprocessingOptions>(PreprocessingOptions.Section);
                builder.Services.AddSingleton(clock ?? TimeProvider.System);
                builder.Services.AddSingleton(random ?? Random.Shared);
                builder.Services.AddSingleton<ExportGate>();
                builder.Services.AddSingleton<ClusterCircuit>();
                // Its deadlines are the system's, whatever time it is for the outbox.
                builder.Services.AddSingleton(provider => new ClusterClient(
                    provider.GetRequiredService<IOptions<ClusterOptions>>(), provider.GetRequiredService<ClusterCircuit>(), TimeProvider.System));
                builder.Logging.AddProvider(log);
                builder.Services.AddOutbox(builder.Configuration);
            });
        var outbox = new RunningOutbox(server, services!, log);

        if (cluster is null)
        {
            outbox.Circuit.Open();
        }
        else
        {
            outbox.Circuit.Close();
        }

        return outbox;
    }

    /// <summary>An answer of the edge's own, for the class <paramref name="choice"/>.</summary>
    public static OutboxEntry Entry(int choice, OutboxKind kind = OutboxKind.Provisional, DateTimeOffset? answered = null) => new(
        new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded),
        kind,
        kind == OutboxKind.Audit ? "confident" : "cluster_unreachable",
        "mobilenetv2",
        [new NamedClass($"thing {choice}", choice, 0.5f), new NamedClass("thing 1", 1, 0.25f)],
        answered ?? TimeProvider.System.GetUtcNow());

    public T Part<T>()
        where T : notnull => _services.GetRequiredService<T>();

    /// <summary>Keeps an answer for class <paramref name="first"/> to a photograph that the cluster takes for <paramref name="final"/>, and gives its trace id.</summary>
    public async Task<string> KeepAsync(int first, int final, OutboxKind kind = OutboxKind.Provisional)
    {
        var entry = Entry(first, kind);
        using var pixels = Photograph.Of((byte)final);
        Assert.True(await Store.KeepAsync(pixels, entry, CancellationToken.None));
        return entry.Request.TraceId.ToHexString();
    }

    /// <summary>The counts once they satisfy.</summary>
    public Task<OutboxCounts> UntilAsync(Func<OutboxCounts, bool> satisfied) => Patience.UntilAsync(() => Task.FromResult(Store.Counts), satisfied);

    public async Task<(int Status, JsonElement Body)> GetAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        return ((int)answer.StatusCode, await answer.Content.ReadFromJsonAsync<JsonElement>());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _server.DisposeAsync();
    }
}

/// <summary>What was logged.</summary>
internal sealed class LogLines : ILoggerProvider, ILogger
{
    private readonly ConcurrentQueue<string> _lines = new();

    /// <summary>The lines of the outbox.</summary>
    public IReadOnlyList<string> Outbox => [.. _lines.Where(line => line.StartsWith("The outbox", StringComparison.Ordinal))];

    public ILogger CreateLogger(string categoryName) => this;

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        _lines.Enqueue(formatter(state, exception));

    public void Dispose()
    {
    }
}
