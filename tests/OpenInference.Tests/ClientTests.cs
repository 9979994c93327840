using System.Net;
using System.Net.Sockets;
using System.Text;
using InferenceTracing.OpenInference.Client;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.OpenInference.Tests;

public sealed class ClientTests
{
    [Fact]
    public async Task InferAsync_NobodyListens_IsUnreachable()
    {
        using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{FreePort()}") };

        var failure = await FailAsync(http, 10);

        Assert.Equal((503, "unreachable"), (failure.Status, failure.Reason));
    }

    [Fact]
    public async Task InferAsync_DeadlineHasPassed_AsksNobody()
    {
        await using var host = await ModelHost.StartAsync();

        var failure = await FailAsync(host.Http, -1);

        Assert.Equal((504, "deadline_exceeded"), (failure.Status, failure.Reason));
        Assert.Equal(0, host.Model.Runs);
    }

    [Fact]
    public async Task InferAsync_ServerHangs_GivesUpAtTheDeadline()
    {
        await using var server = await StartAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));
        using var http = new HttpClient { BaseAddress = server.Address };

        var failure = await FailAsync(http, 0.2);

        Assert.Equal((504, "deadline_exceeded"), (failure.Status, failure.Reason));
    }

    [Fact]
    public async Task InferAsync_Always_SendsWhatIsLeftOfTheDeadline()
    {
        string? sent = null;
        await using var host = await ModelHost.StartAsync();
        await using var server = await StartAsync(async context =>
        {
            sent = context.Request.Headers[Deadline.Header];
            context.Response.StatusCode = 404;
            await context.Response.WriteAsync("{}");
        });
        using var http = new HttpClient { BaseAddress = server.Address };

        await FailAsync(http, 5);

        Assert.InRange(int.Parse(sent!), 3000, 5000);
    }

    [Theory]
    [InlineData(503, """{"error":"The queue is full."}""", 503, "unavailable", "The queue is full.")]
    [InlineData(429, """{"error":"Slow\ndown."}""", 429, "rate_limited", "Slow down.")]
    [InlineData(422, """{"detail":"no"}""", 422, "unprocessable", "colours answered with status 422.")]
    [InlineData(504, "<html>", 504, "deadline_exceeded", "colours answered with status 504.")]
    [InlineData(413, "", 413, "too_large", "colours answered with status 413.")]
    [InlineData(404, """{"error":7}""", 404, "model_not_found", "colours answered with status 404.")]
    [InlineData(500, """{"error":"secret"}""", 503, "bad_upstream_answer", "colours answered with status 500.")]
    [InlineData(200, "", 503, "bad_upstream_answer", null)]
    [InlineData(200, "{}", 503, "bad_upstream_answer", null)]
    [InlineData(200, "null", 503, "bad_upstream_answer", null)]
    [InlineData(200, """{"model_name":"colours","outputs":[{"name":"probabilities","datatype":"FP32","shape":[1,1000],"data":[1]}]}""", 503, "bad_upstream_answer", null)]
    [InlineData(200, """{"model_name":"colours","outputs":[{"name":"probabilities","datatype":"FP32","shape":[2,1000],"data":[]}]}""", 503, "bad_upstream_answer", null)]
    [InlineData(200, """{"model_name":"colours","outputs":[{"name":"probabilities","datatype":"FP32","shape":[1,1000],"parameters":{"binary_data_size":4000}}]}""", 503, "bad_upstream_answer", null)]
    public async Task InferAsync_ServerAnswersOtherwise_SaysSo(int status, string body, int expected, string reason, string? message)
    {
        await using var server = await StartAsync(context =>
        {
            context.Response.StatusCode = status;
            return context.Response.WriteAsync(body);
        });
        using var http = new HttpClient { BaseAddress = server.Address };

        var failure = await FailAsync(http, 10);

        Assert.Equal((expected, reason), (failure.Status, failure.Reason));
        Assert.Equal(message ?? failure.Message, failure.Message);
    }

    [Fact]
    public async Task InferAsync_AnswerTooLong_IsRefused()
    {
        await using var server = await StartAsync(context => context.Response.WriteAsync(new string(' ', 200_000)));
        using var http = new HttpClient { BaseAddress = server.Address };

        Assert.Equal("bad_upstream_answer", (await FailAsync(http, 10)).Reason);
    }

    [Fact]
    public async Task InferAsync_ConnectionBreaksInTheAnswer_IsUnreachable()
    {
        await using var server = await StartAsync(async context =>
        {
            context.Response.ContentLength = 5000;
            await context.Response.WriteAsync("{");
            await context.Response.Body.FlushAsync();
            context.Abort();
        });
        using var http = new HttpClient { BaseAddress = server.Address };

        Assert.Equal("unreachable", (await FailAsync(http, 10)).Reason);
    }

    [Theory]
    [InlineData(HttpProtocols.Http1)]
    [InlineData(HttpProtocols.Http2)]
    public async Task InferAsync_AnsweredBeforeTheBodyWasRead_LeavesTheTensorAlone(HttpProtocols protocols)
    {
        await using var host = await ModelHost.StartAsync(protocols);

        for (var i = 0; i < 20; i++)
        {
            var images = ModelHost.Photograph(16);
            var failure = await Assert.ThrowsAsync<InferenceException>(
                () => host.Client.InferAsync("other", images, RoundTripTests.In(10), CancellationToken.None));
            images.Dispose();

            Assert.Equal(404, failure.Status);
        }
    }

    private static async Task<InferenceException> FailAsync(HttpClient http, double seconds)
    {
        using var images = ModelHost.Photograph();
        return await Assert.ThrowsAsync<InferenceException>(
            () => new OpenInferenceClient(http).InferAsync("colours", images, RoundTripTests.In(seconds), CancellationToken.None));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<RunningServer> StartAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            await answer(context);
        });
        await app.StartAsync();
        return new RunningServer(app);
    }

    private sealed class RunningServer(WebApplication app) : IAsyncDisposable
    {
        public Uri Address => new(app.Urls.First());

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
