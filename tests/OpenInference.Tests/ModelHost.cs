using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.TestBed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.OpenInference.Tests;

/// <summary>The endpoints on a real Kestrel, on a port of the kernel's choice.</summary>
internal sealed class ModelHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ModelHost(WebApplication app, MeanColourModel model, HttpClient http)
    {
        _app = app;
        Model = model;
        Http = http;
    }

    public MeanColourModel Model { get; }

    public HttpClient Http { get; }

    public OpenInferenceClient Client => new(Http);

    /// <summary>Every path with its methods, as mapped.</summary>
    public IEnumerable<(string Method, string Path)> Routes => ((IEndpointRouteBuilder)_app).DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
        .SelectMany(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Select(method => (method, endpoint.RoutePattern.RawText!)) ?? []);

    public static async Task<ModelHost> StartAsync(HttpProtocols protocols = HttpProtocols.Http1, Dictionary<string, string?>? settings = null, ILoadableModel? loadable = null)
    {
        var model = new MeanColourModel();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings ?? []);
        builder.AddOpenInference();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            // What a service listens on has no protocols of its own.
            if (protocols != HttpProtocols.Http1AndHttp2)
            {
                listen.Protocols = protocols;
            }
        }));
        builder.Services.AddSingleton<IInferenceModel>(model);

        if (loadable is not null)
        {
            builder.Services.AddSingleton(loadable);
        }

        var app = builder.Build();
        app.MapOpenInference();
        await app.StartAsync();

        var http = new HttpClient
        {
            BaseAddress = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
            DefaultRequestVersion = protocols == HttpProtocols.Http2 ? HttpVersion.Version20 : HttpVersion.Version11,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        await Patience.UntilAsync(() => http.GetAsync(new Uri("v2/health/ready", UriKind.Relative)), answer => answer.IsSuccessStatusCode);
        model.Runs = 0;
        return new ModelHost(app, model, http);
    }

    public static PixelTensor Photograph(int count = 1, int seed = 1)
    {
        var images = PixelTensor.Rent(count);
        new Random(seed).NextBytes(images.Span);
        return images;
    }

    public Task<HttpResponseMessage> PostJsonAsync(string json, string path = "v2/models/colours/infer") =>
        Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(json, Encoding.UTF8, "application/json"));

    public Task<HttpResponseMessage> PostBinaryAsync(
        string json, ReadOnlyMemory<byte> tensor, string? length = null, Action<HttpRequestMessage>? change = null)
    {
        var header = Encoding.UTF8.GetBytes(json);
        var content = new ByteArrayContent([.. header, .. tensor.Span]);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        content.Headers.TryAddWithoutValidation("Inference-Header-Content-Length", length ?? $"{header.Length}");
        var request = new HttpRequestMessage(HttpMethod.Post, new Uri("v2/models/colours/infer", UriKind.Relative))
        {
            Content = content, Version = Http.DefaultRequestVersion, VersionPolicy = Http.DefaultVersionPolicy,
        };
        change?.Invoke(request);
        return Http.SendAsync(request);
    }

    /// <summary>Collects the server spans of a trace until they have ended.</summary>
    public static ActivityListener Listen(List<Activity> stopped)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                lock (stopped)
                {
                    stopped.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
