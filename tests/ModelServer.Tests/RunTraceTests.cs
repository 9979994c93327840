using System.Diagnostics;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.OpenInference.Server;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.ModelServer.Tests;

public sealed class RunTraceTests(UntrainedRepository repository)
{
    [Fact]
    public async Task Infer_OverHttp_HangsQueueAndRunUnderTheCallersTrace()
    {
        using var spans = new EndedSpans();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Model:Name"] = "mobilenetv2", ["Model:Download"] = "false", ["MODEL_REPOSITORY"] = Path.Combine(repository.Folder, "untrained"),
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.AddOpenInference();
        builder.AddModelServer();
        await using var app = builder.Build();
        app.MapOpenInference();
        await app.StartAsync();

        using var http = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        var trace = ActivityTraceId.CreateRandom();
        http.DefaultRequestHeaders.Add("traceparent", $"00-{trace}-00f067aa0ba902b7-01");
        var client = new OpenInferenceClient(http);

        using var probe = new ModelProbe(http.BaseAddress, "mobilenetv2");

        for (var i = 0; i < 300 && await probe.AskAsync(CancellationToken.None) is not null; i++)
        {
            await Task.Delay(100);
        }

        using var images = PixelTensor.Rent(1);
        Activity.Current = null;
        await client.InferAsync("mobilenetv2", images, Deadline.After(TimeSpan.FromSeconds(20), TimeProvider.System), CancellationToken.None);
        await app.StopAsync();

        var server = spans.Of(trace).Single(span => span.Kind == ActivityKind.Server && span.GetTagItem("inference.model.name") is not null);
        Assert.Equal("mobilenetv2", server.GetTagItem("inference.model.name"));
        Assert.Equal("1", server.GetTagItem("inference.model.version"));
        Assert.Equal("float32", server.GetTagItem("inference.model.precision"));
        Assert.Equal(true, server.GetTagItem("inference.untrained"));
        Assert.All(
            (string[])["inference.queue", "inference.run"],
            name => Assert.Equal(server.SpanId, spans.Of(trace).Single(span => span.OperationName == name).ParentSpanId));
    }
}
