using System.Buffers.Binary;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>What is no photograph, or too much of one, gets a 4xx problem with a reason; the edge stays well.</summary>
public sealed class UploadRefusalTests(RunningSystem system)
{
    private const int MaxBytes = 32 * 1024 * 1024;

    public static TheoryData<string, byte[], int, string> Files => new()
    {
        { "empty", [], 400, "image_empty" },
        { "text", "no photograph"u8.ToArray(), 415, "image_format_unsupported" },
        { "svg", "<svg xmlns='http://www.w3.org/2000/svg'/>"u8.ToArray(), 415, "image_format_unsupported" },
        { "gif", "GIF89a"u8.ToArray(), 415, "image_format_unsupported" },
        { "cut off", Upload.Drawn[..(Upload.Drawn.Length / 2)], 422, "image_truncated" },
        { "header only", Upload.Drawn[..33], 422, "image_truncated" },
        { "too many pixels", Claiming(16_000, 16_000), 413, "image_too_many_pixels" },
        { "too wide", Claiming(1_000_000, 1), 413, "image_too_many_pixels" },
    };

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Classify_NoPhotograph_IsRefusedWithItsReason(string name, byte[] file, int status, string reason)
    {
        var answer = await system.Edge.PostAsync(file);

        Assert.True(answer.Status is >= 400 and < 500, $"{name}: {answer.Status}");
        Assert.Equal((status, reason), (answer.Status, answer.Body.GetProperty("reason").GetString()!));
        Assert.Single(answer.Body.GetProperty("detail").GetString()!.Split('\n'));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Classify_FileTooLong_Is413(bool saysItsLength)
    {
        using var content = new StreamContent(new MemoryStream(new byte[MaxBytes + (128 * 1024)]));
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("preprocessing", UriKind.Relative)) { Content = content };
        request.Headers.TransferEncodingChunked = saysItsLength ? null : true;
        request.Headers.ExpectContinue = true;

        using var response = await system.Edge.SendAsync(request, TestContext.Current.CancellationToken);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

        Assert.Equal((413, "image_too_large"), ((int)response.StatusCode, problem.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Classify_FormWithAFile_IsAnswered()
    {
        using var form = new MultipartFormDataContent { { new StringContent("a note"), "note" }, { new ByteArrayContent(Upload.Drawn), "file", "drawn.png" } };
        using var response = await system.Edge.PostAsync(new Uri("preprocessing", UriKind.Relative), form, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)response.StatusCode);
    }

    [Theory]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"other\"\r\n\r\nhello\r\n--x--\r\n", "file_missing")]
    [InlineData("multipart/form-data; boundary=x", "--x\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nhello", "upload_broken")]
    [InlineData("multipart/form-data; boundary=x", "nothing of the kind", "upload_broken")]
    [InlineData("multipart/form-data", "--x--", "multipart_malformed")]
    public async Task Classify_BrokenForm_Is400(string type, string body, string reason)
    {
        using var content = new ByteArrayContent(Encoding.ASCII.GetBytes(body));
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        using var response = await system.Edge.PostAsync(new Uri("preprocessing", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);

        Assert.Equal((400, reason), ((int)response.StatusCode, problem.GetProperty("reason").GetString()));
    }

    [Fact]
    public async Task Classify_FormWithAHeaderThatIsNone_DoesNotRepeatIt()
    {
        using var content = new ByteArrayContent("--x\r\nprivate-name.jpg\r\n\r\nhello\r\n--x--\r\n"u8.ToArray());
        content.Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/form-data; boundary=x");
        using var response = await system.Edge.PostAsync(new Uri("preprocessing", UriKind.Relative), content, TestContext.Current.CancellationToken);
        var problem = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("upload_broken", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("private-name", problem, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("soon", 400, "invalid_deadline")]
    [InlineData("0", 504, "deadline_exceeded")]
    public async Task Classify_DeadlineThatCannotBeMet_SaysSo(string milliseconds, int status, string reason)
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn, "/preprocessing", ("x-request-timeout-ms", milliseconds));

        Assert.Equal((status, reason), (answer.Status, answer.Body.GetProperty("reason").GetString()!));
    }

    [Fact]
    public async Task Gateway_NoKey_LetsNobodyIn()
    {
        var gateway = system.Plan.Services.Single(service => service.Name == "gateway").Url;
        using var client = new HttpClient { BaseAddress = gateway };
        using var answer = await client.GetAsync(new Uri("v2/models/ensemble/ready", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(401, (int)answer.StatusCode);
    }

    /// <summary>The drawn picture with another width and height in its header (bytes 16 … 23 of a PNG).</summary>
    private static byte[] Claiming(int width, int height)
    {
        var file = Upload.Drawn.ToArray();
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(20), height);
        return file;
    }
}
