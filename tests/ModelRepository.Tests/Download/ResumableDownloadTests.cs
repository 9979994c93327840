using System.Security.Cryptography;
using InferenceTracing.ModelRepository.Download;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace InferenceTracing.ModelRepository.Tests.Download;

public sealed class ResumableDownloadTests : IAsyncDisposable
{
    private readonly byte[] _content = RandomNumberGenerator.GetBytes(300_000);
    private readonly TemporaryFolder _folder = new();
    private readonly HttpClient _client = new();
    private readonly List<string> _ranges = [];
    private readonly List<string> _said = [];
    private WebApplication? _server;

    private string Target => Path.Combine(_folder.Path, "m", "1", "model.onnx");

    [Fact]
    public async Task FetchAsync_WholeFile_IsNamedAndReported()
    {
        await FetchAsync(await ServeAsync(SendAsync));

        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.False(File.Exists(Target + ".part"));
        Assert.Contains("downloading 100 %", _said);
    }

    [Fact]
    public async Task FetchAsync_PartIsThere_AsksOnlyForTheRest()
    {
        _folder.Write("m/1/model.onnx.part", _content.AsSpan(0, 100_000));

        await FetchAsync(await ServeAsync(SendAsync));

        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.Equal(["bytes=100000-"], _ranges);
    }

    [Fact]
    public async Task FetchAsync_ServerIgnoresTheRange_StartsOver()
    {
        _folder.Write("m/1/model.onnx.part", new byte[1000]);

        await FetchAsync(await ServeAsync(context => context.Response.Body.WriteAsync(_content).AsTask()));

        Assert.Equal(_content, File.ReadAllBytes(Target));
    }

    [Fact]
    public async Task FetchAsync_ConnectionBreaks_GoesOnAtTheNextAddress()
    {
        var first = true;
        var address = await ServeAsync(async context =>
        {
            if (first)
            {
                first = false;
                context.Response.ContentLength = _content.Length;
                await context.Response.Body.WriteAsync(_content.AsMemory(0, 200_000));
                await context.Response.Body.FlushAsync();
                await Task.Delay(300);
                context.Abort();
                return;
            }

            await SendAsync(context);
        });

        await FetchAsync(address, address);

        Assert.Equal(_content, File.ReadAllBytes(Target));
        Assert.StartsWith("bytes=", _ranges[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task FetchAsync_AnotherFileComes_IsNotKept()
    {
        var address = await ServeAsync(context => context.Response.Body.WriteAsync(new byte[_content.Length]).AsTask());

        var failure = await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(address));

        Assert.Contains("not the pinned file", failure.Message, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_folder.Path, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task FetchAsync_MoreComesThanPinned_StopsReading()
    {
        var address = await ServeAsync(async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.Body.WriteAsync(_content);
            }
        });

        Assert.Contains("more came", (await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(address))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FetchAsync_NothingComes_GivesUp()
    {
        var address = await ServeAsync(context => Task.Delay(Timeout.Infinite, context.RequestAborted));

        Assert.Contains("nothing came", (await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(address))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task FetchAsync_NotFound_NamesTheStatus()
    {
        var address = await ServeAsync(context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        });

        Assert.Contains("status 404", (await Assert.ThrowsAsync<DownloadException>(() => FetchAsync(address))).Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        _folder.Dispose();
    }

    private Task FetchAsync(params Uri[] addresses) => new ResumableDownload(_client, TimeSpan.FromSeconds(1)).FetchAsync(
        new PinnedFile(addresses, _content.Length, Convert.ToHexStringLower(SHA256.HashData(_content))), Target, new Collected(_said), CancellationToken.None);

    private Task SendAsync(HttpContext context) => Results.Bytes(_content, enableRangeProcessing: true).ExecuteAsync(context);

    private async Task<Uri> ServeAsync(RequestDelegate answer)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _server = builder.Build();
        _server.Run(context =>
        {
            _ranges.Add(context.Request.Headers.Range.ToString());
            return answer(context);
        });
        await _server.StartAsync();
        return new Uri(_server.Urls.First());
    }
}
