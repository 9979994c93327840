using System.Text.Json;
using InferenceTracing.ServiceDefaults;
using Microsoft.AspNetCore.Builder;

namespace InferenceTracing.TraceStore.Tests;

/// <summary>The whole service in this process, listening on three free loopback ports.</summary>
internal sealed class RunningStore : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RunningStore(WebApplication app)
    {
        _app = app;

        // Kestrel lists its addresses as the settings do: by name.
        var urls = app.Urls.Select(url => new Uri(url)).ToArray();
        (Ui, Grpc, Http) = (urls[0], urls[1], urls[2]);
        Client = new HttpClient { BaseAddress = Ui };
        OtlpClient = new HttpClient { BaseAddress = Http };
    }

    public Uri Ui { get; }

    public Uri Grpc { get; }

    public Uri Http { get; }

    public HttpClient Client { get; }

    public HttpClient OtlpClient { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<RunningStore> StartAsync(params string[] settings)
    {
        string[] args =
        [
            "--Kestrel:Endpoints:Http:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:OtlpGrpc:Url=http://127.0.0.1:0",
            "--Kestrel:Endpoints:OtlpHttp:Url=http://127.0.0.1:0",
            "--Logging:LogLevel:Default=Error",
            "--Store:Durability=Memory",
            .. settings,
        ];

        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory });
        builder.AddServiceDefaults(new ServiceIdentity("tracestore", Port: 0, "cluster", Traced: false));
        builder.AddTraceStore();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapTraceStore();
        await app.StartAsync();
        return new RunningStore(app);
    }

    /// <summary>Sends an export request and answers its status.</summary>
    public async Task<HttpResponseMessage> ExportAsync(byte[] message, string type = "application/x-protobuf", string? encoding = null)
    {
        using var content = new ByteArrayContent(message);
        content.Headers.ContentType = new(type);

        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        return await OtlpClient.PostAsync("/v1/traces", content);
    }

    public async Task<JsonElement> GetAsync(string path)
    {
        using var document = JsonDocument.Parse(await Client.GetStringAsync(path));
        return document.RootElement.Clone();
    }

    public async Task<(int Status, JsonElement Body)> TryGetAsync(string path)
    {
        using var answer = await Client.GetAsync(path);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return ((int)answer.StatusCode, document.RootElement.Clone());
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        OtlpClient.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
