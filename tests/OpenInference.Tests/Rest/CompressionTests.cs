using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace InferenceTracing.OpenInference.Tests.Rest;

/// <summary>gzip and deflate, as Triton's client sends and asks for them.</summary>
public sealed class CompressionTests
{
    private static readonly Uri Infer = new("v2/models/colours/infer", UriKind.Relative);

    [Theory]
    [InlineData("gzip")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("identity")]
    public async Task Infer_PackedRequest_IsUnpacked(string coding)
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph(2);

        foreach (var (header, body) in new[] { (null, Encoding.UTF8.GetBytes(Requests.Json(images))), Binary(images) })
        {
            using var answer = await host.Http.PostAsync(Infer, Content(body, coding, header));

            Assert.Equal(200, (int)answer.StatusCode);
            AssertSame(images, await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [Theory]
    [InlineData("br")]
    [InlineData("gzip, deflate")]
    public async Task Infer_CodingNobodyReads_IsRefusedByName(string coding)
    {
        await using var host = await ModelHost.StartAsync();

        using var answer = await host.Http.PostAsync(Infer, Content([1, 2, 3], coding, header: null, pack: false));

        Assert.Equal((415, "gzip, deflate"), ((int)answer.StatusCode, string.Join(", ", answer.Headers.GetValues("Accept-Encoding"))));
        Assert.Contains("Content-Encoding", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip", false)]
    [InlineData("deflate", false)]
    [InlineData("gzip", true)]
    public async Task Infer_DamagedBody_IsRefusedInOneLine(string coding, bool cut)
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();
        var whole = Pack(Encoding.UTF8.GetBytes(Requests.Json(images)), coding);

        using var answer = await host.Http.PostAsync(Infer, Content(cut ? whole[..(whole.Length / 2)] : [.. Enumerable.Reverse(whole)], coding, header: null, pack: false));

        Assert.Equal(400, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        Assert.Equal(0, host.Model.Runs);
    }

    /// <summary>A thousandth of the size on the wire: what it would become is bounded as a body is that comes as it is.</summary>
    [Fact]
    public async Task Infer_BodyUnpacksBeyondTheLimit_IsTooLarge()
    {
        await using var host = await ModelHost.StartAsync(settings: new() { ["OpenInference:MaxBatch"] = "1" });
        var bomb = Pack(new byte[20_000_000], "gzip");
        Assert.InRange(bomb.Length, 1, 400_000);

        using var answer = await host.Http.PostAsync(Infer, Content(bomb, "gzip", header: null, pack: false));

        Assert.Equal(413, (int)answer.StatusCode);
    }

    [Theory]
    [InlineData("gzip", "gzip")]
    [InlineData("deflate", "deflate")]
    [InlineData("gzip, deflate, br", "gzip")]
    [InlineData("deflate;q=1, gzip;q=0.5", "deflate")]
    [InlineData("gzip;q=0, identity", null)]
    [InlineData("br", null)]
    [InlineData("identity", null)]
    public async Task Infer_AnswerAskedPacked_IsPackedOnce(string accept, string? expected)
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();

        foreach (var binary in new[] { true, false })
        {
            using var answer = await host.PostBinaryAsync(
                Requests.Binary(1, $$""" "parameters":{"binary_data_output":{{(binary ? "true" : "false")}}}, """), images.Memory,
                change: request => request.Headers.TryAddWithoutValidation("Accept-Encoding", accept));
            var body = await answer.Content.ReadAsByteArrayAsync();

            Assert.Equal(200, (int)answer.StatusCode);
            Assert.Equal(expected, answer.Content.Headers.ContentEncoding.SingleOrDefault());
            Assert.Equal(expected is null ? [] : ["Accept-Encoding"], answer.Headers.Vary);
            var length = binary ? int.Parse(answer.Headers.GetValues("Inference-Header-Content-Length").Single()) : (int?)null;
            AssertSame(images, expected is null ? body : Unpack(body, expected), length);
        }
    }

    private static (string? Header, byte[] Body) Binary(PixelTensor images)
    {
        var json = Encoding.UTF8.GetBytes(Requests.Binary(images.Count));
        return ($"{json.Length}", [.. json, .. images.Span]);
    }

    private static ByteArrayContent Content(byte[] body, string coding, string? header, bool pack = true)
    {
        var content = new ByteArrayContent(pack ? Pack(body, coding) : body);
        content.Headers.ContentType = new MediaTypeHeaderValue(header is null ? "application/json" : "application/octet-stream");
        content.Headers.TryAddWithoutValidation("Content-Encoding", coding);

        if (header is not null)
        {
            content.Headers.TryAddWithoutValidation("Inference-Header-Content-Length", header);
        }

        return content;
    }

    private static byte[] Pack(ReadOnlySpan<byte> bytes, string coding)
    {
        using var packed = new MemoryStream();

        using (Stream stream = coding switch
        {
            "gzip" or "x-gzip" => new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            "deflate" => new ZLibStream(packed, CompressionLevel.Fastest, leaveOpen: true),
            _ => new BufferedStream(packed),
        })
        {
            stream.Write(bytes);
            stream.Flush();

            if (stream is BufferedStream)
            {
                return packed.ToArray();
            }
        }

        return packed.ToArray();
    }

    private static byte[] Unpack(byte[] packed, string coding)
    {
        using Stream stream = coding == "gzip"
            ? new GZipStream(new MemoryStream(packed), CompressionMode.Decompress)
            : new ZLibStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }

    private static void AssertSame(PixelTensor images, byte[] answer, int? jsonLength = null)
    {
        using var json = JsonDocument.Parse(answer.AsMemory(0, jsonLength ?? answer.Length));
        var values = jsonLength is { } length
            ? System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(answer.AsSpan(length)).ToArray()
            : [.. json.RootElement.GetProperty("outputs")[0].GetProperty("data").EnumerateArray().Select(value => value.GetSingle())];
        Assert.Equal(Enumerable.Range(0, images.Count).SelectMany(image => MeanColourModel.Expected(images.Image(image))), values);
    }
}
