using InferenceTracing.ServiceDefaults.Hosting;
using InferenceTracing.TestBed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Primitives;

namespace InferenceTracing.Gateway.Tests;

/// <summary>Whatever stands behind the gateway: it notes what it was asked, and answers as a test tells it to.</summary>
internal sealed class Upstream : IAsyncDisposable
{
    private LocalServer? _server;

    public Uri Address => _server!.Address;

    /// <summary>What it answers; the request's own body where a test says nothing.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = EchoAsync;

    /// <summary>The headers of the last request.</summary>
    public IHeaderDictionary Asked { get; private set; } = new HeaderDictionary();

    public string AskedPath { get; private set; } = "";

    public string AskedProtocol { get; private set; } = "";

    public static async Task<Upstream> StartAsync(int port = 0)
    {
        var upstream = new Upstream();
        upstream._server = await LocalServer.StartAsync(
            app => app.Run(upstream.HandleAsync), parts => parts.AcceptHttp2OnTheSamePort(), port, HttpProtocols.Http1AndHttp2);
        return upstream;
    }

    public static async Task EchoAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.ContentType = context.Request.ContentType;
        context.Response.Headers["Inference-Header-Content-Length"] = context.Request.Headers["Inference-Header-Content-Length"];
        await context.Response.Body.WriteAsync(body.ToArray());
    }

    public ValueTask DisposeAsync() => _server!.DisposeAsync();

    private Task HandleAsync(HttpContext context)
    {
        if (context.Request.Path == "/health/ready")
        {
            return Task.CompletedTask;
        }

        (Asked, AskedPath, AskedProtocol) = (new HeaderDictionary(new Dictionary<string, StringValues>(context.Request.Headers, StringComparer.OrdinalIgnoreCase)), context.Request.Path, context.Request.Protocol);
        return Answer(context);
    }
}
