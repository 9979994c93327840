using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>What strangers' clients really send to the edge, and what they must be told.</summary>
public sealed class DoorTests(RunningSystem system)
{
    private static readonly Uri Door = new("preprocessing", UriKind.Relative);

    /// <summary>RFC 2046 allows these characters; RFC 9110 wants them quoted, and not every client does.</summary>
    [Theory]
    [InlineData("--===1626454906178===")]
    [InlineData("gc0pJq0M:08jU534c0p")]
    [InlineData("plain")]
    [InlineData("\"quoted: it is\"")]
    public async Task Form_BoundaryAsPeopleSendIt_IsUnderstood(string boundary)
    {
        var line = boundary.Trim('"');
        using var content = new ByteArrayContent(
            [.. Encoding.ASCII.GetBytes($"--{line}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.png\"\r\n\r\n"), .. Upload.Drawn, .. Encoding.ASCII.GetBytes($"\r\n--{line}--\r\n")]);
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={boundary}");

        using var answer = await system.Edge.PostAsync(Door, content, TestContext.Current.CancellationToken);

        Assert.Equal(200, (int)answer.StatusCode);
    }

    [Fact]
    public async Task Body_Compressed_IsRefusedByName()
    {
        using var content = new ByteArrayContent(Upload.Drawn);
        content.Headers.ContentEncoding.Add("gzip");

        using var answer = await system.Edge.PostAsync(Door, content, TestContext.Current.CancellationToken);

        Assert.Equal((415, "content_encoding_unsupported"), ((int)answer.StatusCode, await ReasonAsync(answer)));
        Assert.Equal("identity", Assert.Single(answer.Headers.GetValues("Accept-Encoding")));
    }

    [Theory]
    [InlineData("PUT", "preprocessing", 405, "method_not_allowed")]
    [InlineData("GET", "preprocessing", 405, "method_not_allowed")]
    [InlineData("GET", "nothing", 404, "no_route")]
    [InlineData("POST", "v2/models/ensemble/infer", 404, "no_route")]
    public async Task Route_Unknown_IsAProblemWithAReason(string method, string path, int status, string reason)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path);

        using var answer = await system.Edge.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((status, reason), ((int)answer.StatusCode, await ReasonAsync(answer)));
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    /// <summary>The connection ends with the refusal; a client that is not told would send its next photograph on it.</summary>
    [Fact]
    public async Task Upload_TooLong_SaysThatTheConnectionEnds()
    {
        using var content = new ByteArrayContent(new byte[33 * 1024 * 1024]);
        using var request = new HttpRequestMessage(HttpMethod.Post, Door) { Content = content, Headers = { ExpectContinue = true } };

        using var answer = await system.Edge.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(413, (int)answer.StatusCode);
        Assert.True(answer.Headers.ConnectionClose);
    }

    /// <summary>Some cameras leave the last marker out; the picture is whole all the same. One that breaks off earlier is not.</summary>
    [Theory]
    [InlineData(1, 200)]
    [InlineData(2, 200)]
    [InlineData(5000, 422)]
    public async Task Jpeg_WithoutItsEnd_IsTakenWhereThePictureIsWhole(int missing, int status)
    {
        var file = SharedPhotos.Read("goldfish.jpg");

        var answer = await system.Edge.PostAsync(file[..^missing]);

        Assert.Equal(status, answer.Status);
        Assert.Equal(status == 200 ? "goldfish" : "image_truncated", status == 200 ? answer.Label : answer.Body.GetProperty("reason").GetString());
    }

    private static async Task<string?> ReasonAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("reason").GetString();
}
