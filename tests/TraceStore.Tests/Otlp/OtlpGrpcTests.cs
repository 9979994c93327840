using System.Buffers.Binary;
using System.IO.Compression;
using System.Net;

namespace InferenceTracing.TraceStore.Tests.Otlp;

public sealed class OtlpGrpcTests
{
    private const string Export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    [Fact]
    public async Task Export_Frame_AnswersAnEmptyMessageAndStatus0()
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await CallAsync(store, Frame(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1)))));

        Assert.Equal([0, 0, 0, 0, 0], await answer.Content.ReadAsByteArrayAsync());
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
        await store.GetAsync($"/api/traces/{Ids.Trace(1)}");
    }

    [Fact]
    public async Task Export_GzipFrame_IsUnpacked()
    {
        await using var store = await RunningStore.StartAsync();
        using var packed = new MemoryStream();

        await using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
        {
            gzip.Write(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1))));
        }

        using var answer = await CallAsync(store, Frame(packed.ToArray(), compressed: true), "gzip");

        await answer.Content.ReadAsByteArrayAsync();
        Assert.Equal("0", answer.TrailingHeaders.GetValues("grpc-status").Single());
        await store.GetAsync($"/api/traces/{Ids.Trace(1)}");
    }

    [Theory]
    [InlineData(Export, "00", null, "3")]
    [InlineData(Export, "0000000002ff", null, "3")]
    [InlineData(Export, "00000000020aff", null, "3")]
    [InlineData(Export, "0100000000", null, "12")]
    [InlineData(Export, "0100000000", "snappy", "12")]
    [InlineData(Export, "010000000401020304", "gzip", "3")]
    [InlineData("/opentelemetry.proto.collector.metrics.v1.MetricsService/Export", "0000000000", null, "12")]
    public async Task Call_ThatCannotBe_IsRefusedInTheHeaders(string path, string body, string? encoding, string status)
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await CallAsync(store, Convert.FromHexString(body), encoding, path);

        Assert.Equal((HttpStatusCode.OK, "application/grpc"), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        Assert.Equal(status, answer.Headers.GetValues("grpc-status").Single());
        Assert.NotEmpty(answer.Headers.GetValues("grpc-message").Single());
    }

    [Fact]
    public async Task Export_TooLong_IsResourceExhausted()
    {
        await using var store = await RunningStore.StartAsync("--Otlp:MaxBodyBytes=2000");

        using var answer = await CallAsync(store, Frame(new byte[2_001]));

        Assert.Equal("8", answer.Headers.GetValues("grpc-status").Single());
    }

    private static async Task<HttpResponseMessage> CallAsync(RunningStore store, byte[] body, string? encoding = null, string path = Export)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(store.Grpc, path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new("application/grpc");
        request.Headers.TE.Add(new("trailers"));

        if (encoding is not null)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        return await client.SendAsync(request);
    }

    private static byte[] Frame(byte[] message, bool compressed = false)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = compressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }
}
