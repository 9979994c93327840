using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>
/// Clients that were written for the earlier edge go on working: a form with <c>file</c>, the time of sending in the header <c>Timestamp</c>, every file called .jpeg and
/// sent as <c>image/jpeg</c>, whatever it is.
/// </summary>
public sealed class ExistingClientTests(RunningSystem system)
{
    public static TheoryData<string> Files => ["drawn.png", .. SharedPhotos.Expected.Keys];

    [Theory]
    [MemberData(nameof(Files))]
    public async Task Classify_FormOfAnExistingClient_IsAnsweredInOneTrace(string photo)
    {
        using var part = new ByteArrayContent(photo is "drawn.png" ? Upload.Drawn : SharedPhotos.Read(photo)) { Headers = { ContentType = new MediaTypeHeaderValue("image/jpeg") } };
        using var form = new MultipartFormDataContent { { part, "file", $"{Path.GetFileNameWithoutExtension(photo)}.jpeg" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/preprocessing") { Content = form };
        request.Headers.Add("Timestamp", "2026-08-20 12:34:56.789012");

        using var response = await system.Edge.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.True(response.IsSuccessStatusCode);
        var answer = await response.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        var label = answer.GetProperty("prediction").GetProperty("label").GetString()!;
        Assert.True(photo is "drawn.png" || SharedPhotos.Expected[photo].Contains(label), label);

        var spans = await system.WaitForCompleteTraceAsync(answer.GetProperty("trace").GetProperty("id").GetString()!);
        var edge = spans.One("preprocessing", "POST /preprocessing", "server");
        var output = JsonDocument.Parse(edge.Tags["output.value"]).RootElement;
        var input = JsonDocument.Parse(edge.Tags["input.value"]).RootElement;
        Assert.Equal(label, output.GetProperty("label").GetString());
        Assert.Equal(answer.GetProperty("prediction").GetProperty("probability").GetSingle(), output.GetProperty("probability").GetSingle());
        Assert.Equal(answer.GetProperty("image").GetProperty("width").GetInt32(), input.GetProperty("width").GetInt32());
        Assert.Equal("CHAIN", edge.Tags["openinference.span.kind"]);
    }
}
