using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using InferenceTracing.TraceStore.Otlp;
using Microsoft.Extensions.DependencyInjection;

namespace InferenceTracing.TraceStore.Tests.Otlp;

public sealed class OtlpHttpTests
{
    [Fact]
    public async Task Export_Protobuf_IsSearchableWhenAnswered()
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.ExportAsync(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1))));

        Assert.Equal((HttpStatusCode.OK, "application/x-protobuf"), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("0000000000000001", (await store.GetAsync($"/api/traces/{Ids.Trace(1)}")).GetProperty("data")[0].GetProperty("traceID").GetString());
    }

    [Fact]
    public async Task Export_Json_IsAnsweredInJson()
    {
        await using var store = await RunningStore.StartAsync();
        var json = $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{"traceId":"{{Ids.Trace(1)}}","spanId":"{{Ids.Span(1)}}","name":"n"},{"name":"no ids"}]}]}]}""";

        using var answer = await store.ExportAsync(Encoding.UTF8.GetBytes(json), "application/json");

        using var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal("1", body.RootElement.GetProperty("partialSuccess").GetProperty("rejectedSpans").GetString());
        await store.GetAsync($"/api/v3/traces/{Ids.Trace(1)}");
    }

    [Fact]
    public async Task Export_SpanWithoutIds_IsCountedInPartialSuccess()
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.ExportAsync(OtlpBytes.Request("s", OtlpBytes.Span("", "")));

        var input = new CodedInputStream(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal(1u << 3 | 2, input.ReadTag());
        input.ReadLength();
        Assert.Equal(1u << 3, input.ReadTag());
        Assert.Equal(1, input.ReadInt64());
        Assert.Equal(2u << 3 | 2, input.ReadTag());
        Assert.Contains("valid trace id", input.ReadString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_Gzip_IsUnpacked()
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.ExportAsync(Gzip(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1)))), encoding: "gzip");

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await store.GetAsync($"/api/traces/{Ids.Trace(1)}");
    }

    [Fact]
    public async Task Export_GzipBomb_Answers413AndGivesItsRoomBack()
    {
        await using var store = await RunningStore.StartAsync("--Otlp:MaxDecompressedBytes=1000000");

        using var answer = await store.ExportAsync(Gzip(new byte[50_000_000]), encoding: "gzip");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        Assert.Equal(0, store.Services.GetRequiredService<IntakeBudget>().Taken);
    }

    [Fact]
    public async Task Export_NotGzip_Answers400()
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.ExportAsync([1, 2, 3, 4], encoding: "gzip");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Export_TruncatedGzip_Answers400()
    {
        await using var store = await RunningStore.StartAsync();
        var packed = Gzip(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1))));

        using var answer = await store.ExportAsync(packed[..^30], encoding: "gzip");

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task Export_TooLong_Answers413()
    {
        await using var store = await RunningStore.StartAsync("--Otlp:MaxBodyBytes=2000");

        using var answer = await store.ExportAsync(new byte[2_001]);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Export_TooLongWithoutLength_Answers413()
    {
        await using var store = await RunningStore.StartAsync("--Otlp:MaxBodyBytes=2000");
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/traces") { Content = new ByteArrayContent(new byte[4_000]) };
        request.Content.Headers.ContentType = new("application/x-protobuf");
        request.Headers.TransferEncodingChunked = true;

        using var answer = await store.OtlpClient.SendAsync(request);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task Export_NoRoom_Answers503WithRetryAfter()
    {
        await using var store = await RunningStore.StartAsync("--Otlp:MaxBytesInFlight=1000000");
        var budget = store.Services.GetRequiredService<IntakeBudget>();
        using var others = budget.Take(999_000);

        using var answer = await store.ExportAsync(new byte[10_000]);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(1), answer.Headers.RetryAfter!.Delta);
        Assert.Equal(999_000, budget.Taken);
    }

    [Theory]
    [InlineData("text/plain", null)]
    [InlineData("application/x-protobuf", "br")]
    public async Task Export_UnknownTypeOrEncoding_Answers415(string type, string? encoding)
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.ExportAsync([], type, encoding);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    [Fact]
    public async Task Export_Malformed_AnswersARpcStatus()
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.ExportAsync([0x0a, 0xff]);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var input = new CodedInputStream(await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal((1u << 3, 3), (input.ReadTag(), input.ReadInt32()));
        Assert.Equal(2u << 3 | 2, input.ReadTag());
        Assert.StartsWith("Malformed protobuf", input.ReadString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Export_Metrics_Answers404WithTheReason()
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.OtlpClient.PostAsync("/v1/metrics", null);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("""{"code":12,"message":"This store takes traces and logs, no metrics."}""", await answer.Content.ReadAsStringAsync());
    }

    private static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();

        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }
}
