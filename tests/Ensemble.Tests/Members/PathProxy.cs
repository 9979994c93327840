using InferenceTracing.TestBed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.Ensemble.Tests.Members;

/// <summary>Puts a server below a path, as an ingress does.</summary>
internal sealed class PathProxy : IAsyncDisposable
{
    private readonly HttpClient _client = new();
    private LocalServer? _server;

    public Uri Address => _server!.Address;

    public static async Task<PathProxy> StartAsync(Uri target, PathString below)
    {
        var proxy = new PathProxy();
        proxy._server = await LocalServer.StartAsync(app => app.Run(context => proxy.ForwardAsync(context, target, below)));
        return proxy;
    }

    public async ValueTask DisposeAsync()
    {
        await _server!.DisposeAsync();
        _client.Dispose();
    }

    private async Task ForwardAsync(HttpContext context, Uri target, PathString below)
    {
        if (!context.Request.Path.StartsWithSegments(below, out var rest))
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        using var request = new HttpRequestMessage(new HttpMethod(context.Request.Method), new Uri(target, rest.Value));

        if (HttpMethods.IsPost(context.Request.Method))
        {
            request.Content = new StreamContent(context.Request.Body);
            foreach (var name in (string[])["Content-Type", "Content-Length", "Inference-Header-Content-Length"])
            {
                request.Content.Headers.TryAddWithoutValidation(name, context.Request.Headers[name].ToString());
            }
        }

        using var answer = await _client.SendAsync(request);
        context.Response.StatusCode = (int)answer.StatusCode;

        if (answer.Headers.TryGetValues("Inference-Header-Content-Length", out var length))
        {
            context.Response.Headers["Inference-Header-Content-Length"] = length.Single();
        }

        await answer.Content.CopyToAsync(context.Response.Body);
    }
}
