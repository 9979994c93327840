using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.TestBed;

/// <summary>A small real server on a loopback port, for a service under test to call.</summary>
internal sealed class LocalServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LocalServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>Every address, in the order of <c>protocols</c>.</summary>
    public IReadOnlyList<Uri> Addresses => [.. _app.Urls.Select(url => new Uri(url))];

    /// <param name="map">Its endpoints.</param>
    /// <param name="parts">Its parts.</param>
    /// <param name="port">Its port; 0 for a free one.</param>
    /// <param name="protocols">A listener for each, HTTP/1.1 alone where none is named.</param>
    public static async Task<LocalServer> StartAsync(
        Action<WebApplication> map, Action<WebApplicationBuilder>? parts = null, int port = 0, params HttpProtocols[] protocols)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        parts?.Invoke(builder);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;

            foreach (var protocol in protocols is [] ? [HttpProtocols.Http1] : protocols)
            {
                kestrel.Listen(IPAddress.Loopback, port, listener => listener.Protocols = protocol);
            }
        });

        var app = builder.Build();
        map(app);
        await app.StartAsync();
        return new LocalServer(app);
    }

    /// <summary>An address of this machine where nobody listens.</summary>
    public static async Task<Uri> NowhereAsync()
    {
        await using var server = await StartAsync(_ => { });
        return server.Address;
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever still hangs in a handler is cut off at once.
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }
}
