using System.Net;
using Microsoft.Extensions.Options;

namespace InferenceTracing.TraceStore.Tests.Viewer;

public sealed class ViewerTests
{
    [Theory]
    [InlineData("/", "<base href=\"./\">")]
    [InlineData("/system", "<base href=\"./\">")]
    [InlineData("/search", "<base href=\"./\">")]
    [InlineData("/dependencies", "<base href=\"./\">")]
    [InlineData("/monitor", "<base href=\"./\">")]
    [InlineData("/trace/0af7651916cd43dd8448eb211c80319c", "<base href=\"../\">")]
    public async Task Page_LeadsBackToItsRootRelatively(string path, string root)
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.Client.GetAsync(path);

        Assert.Equal("text/html; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        Assert.Contains(root, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_EveryOne_IsServedAndNamesNoOtherHost()
    {
        await using var store = await RunningStore.StartAsync();
        var root = Path.Combine(AppContext.BaseDirectory, "wwwroot");
        var files = Directory.GetFiles(root, "*.*", SearchOption.AllDirectories);

        Assert.NotEmpty(files);

        foreach (var file in files)
        {
            using var answer = await store.Client.GetAsync("/" + Path.GetRelativePath(root, file));
            var text = await answer.Content.ReadAsStringAsync();

            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            Assert.DoesNotContain("://", text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), StringComparison.Ordinal);
            Assert.DoesNotContain("innerHTML", text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Store_Counts_AreThere()
    {
        await using var store = await RunningStore.StartAsync();
        using var _ = await store.ExportAsync(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1)), OtlpBytes.Span("", "")));

        var counts = await store.GetAsync("/api/store");

        Assert.Equal(
            (1, 1, 2, 1),
            (counts.GetProperty("traces").GetInt32(), counts.GetProperty("storedSpans").GetInt32(), counts.GetProperty("receivedSpans").GetInt32(),
            counts.GetProperty("rejectedSpans").GetInt32()));
    }

    [Fact]
    public async Task Health_Ready_NamesTheStore()
    {
        await using var store = await RunningStore.StartAsync();

        var health = await store.GetAsync("/health/ready");

        Assert.StartsWith("0 traces", health.GetProperty("checks").GetProperty("store").GetProperty("description").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Store:MaxBytes", "0")]
    [InlineData("Otlp:MaxDepth", "1000")]
    [InlineData("Query:MaxClockSkewAdjust", "-00:00:01")]
    public async Task Start_InvalidSetting_NamesIt(string setting, string value)
    {
        var refused = await Assert.ThrowsAsync<OptionsValidationException>(() => RunningStore.StartAsync($"--{setting}={value}"));

        Assert.StartsWith(setting, Assert.Single(refused.Failures), StringComparison.Ordinal);
    }
}
