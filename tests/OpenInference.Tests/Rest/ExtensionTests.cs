using System.Net;
using System.Text;
using System.Text.Json;

namespace InferenceTracing.OpenInference.Tests.Rest;

/// <summary>Triton's extensions for configuration, statistics and the repository, over HTTP.</summary>
public sealed class ExtensionTests
{
    [Theory]
    [InlineData("v2/models/colours/config")]
    [InlineData("v2/models/colours/versions/1/config")]
    public async Task Config_OfTheModel_IsTritons(string path)
    {
        await using var host = await ModelHost.StartAsync();

        var config = await JsonAsync(await host.Http.GetAsync(new Uri(path, UriKind.Relative)));

        Assert.Equal(
            """
            {"name":"colours","platform":"onnx_onnxv1","max_batch_size":16,"input":[{"name":"image","data_type":"TYPE_UINT8","format":"FORMAT_NHWC","dims":[224,224,3]}],"output":[{"name":"probabilities","data_type":"TYPE_FP32","dims":[1000]}],"parameters":{"input_datatypes":{"string_value":"UINT8,FP32"},"input_layouts":{"string_value":"NHWC,NCHW"},"untrained":{"string_value":"false"}}}
            """,
            config.GetRawText());
    }

    [Theory]
    [InlineData("v2/models/stats")]
    [InlineData("v2/models/colours/stats")]
    [InlineData("v2/models/colours/versions/1/stats")]
    public async Task Statistics_AfterAnswersAndFailures_CountThem(string path)
    {
        await using var host = await ModelHost.StartAsync();
        var before = Figures(await JsonAsync(await host.Http.GetAsync(new Uri(path, UriKind.Relative))));
        using var images = ModelHost.Photograph(3);
        await host.Client.InferAsync("colours", images, RoundTripTests.In(10), CancellationToken.None);
        await host.Client.InferAsync("colours", images, RoundTripTests.In(10), CancellationToken.None);
        host.Model.Before = (_, _) => throw new InferenceException(503, "queue_full", "The queue is full.");
        await Assert.ThrowsAsync<InferenceException>(() => host.Client.InferAsync("colours", images, RoundTripTests.In(10), CancellationToken.None));

        var after = Figures(await JsonAsync(await host.Http.GetAsync(new Uri(path, UriKind.Relative))));

        Assert.Equal((6, 2, 2, 1), (after.Images - before.Images, after.Runs - before.Runs, after.Answered - before.Answered, after.Failed - before.Failed));
        Assert.Equal(2 * 1_250_000, after.ComputeNs - before.ComputeNs);
        Assert.InRange(after.Last, DateTimeOffset.UtcNow.AddMinutes(-5).ToUnixTimeMilliseconds(), DateTimeOffset.UtcNow.AddMinutes(5).ToUnixTimeMilliseconds());
    }

    [Theory]
    [InlineData("GET", "v2/models/other/config")]
    [InlineData("GET", "v2/models/other/stats")]
    [InlineData("GET", "v2/models/colours/versions/9/config")]
    [InlineData("GET", "v2/models/colours/versions/9/stats")]
    [InlineData("GET", "v2/models/other/ready")]
    [InlineData("GET", "v2/models/other")]
    [InlineData("POST", "v2/repository/index")]
    [InlineData("POST", "v2/repository/models/colours/load")]
    [InlineData("POST", "v2/repository/models/colours/unload")]
    public async Task NotFound_Whatever_SaysWhy(string method, string path)
    {
        await using var host = await ModelHost.StartAsync();

        using var answer = await host.Http.SendAsync(new HttpRequestMessage(new HttpMethod(method), new Uri(path, UriKind.Relative)));

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
        var body = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        Assert.NotEmpty(Assert.Single(body.EnumerateObject(), member => member.Name == "error").Value.GetString()!);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("{}", true)]
    [InlineData("""{"ready":null}""", true)]
    [InlineData("""{"ready":true}""", false)]
    public async Task RepositoryIndex_ModelIsNotReady_IsLeftOutWhereAsked(string body, bool listed)
    {
        await using var host = await OpenAsync();
        var ready = await IndexAsync(host, body);
        host.Model.IsReady = false;

        var later = await IndexAsync(host, body);

        Assert.Equal("""[{"name":"colours","version":"1","state":"READY","reason":""}]""", ready.GetRawText());
        Assert.Equal(listed ? "UNAVAILABLE" : "", later.EnumerateArray().Select(model => model.GetProperty("state").GetString()).SingleOrDefault() ?? "");
    }

    [Fact]
    public async Task Repository_LoadAndUnload_ReachTheModel()
    {
        var loadable = new NotedModel();
        await using var host = await OpenAsync(loadable);

        using var unloaded = await PostAsync(host, "v2/repository/models/colours/unload");
        using var loaded = await PostAsync(host, "v2/repository/models/colours/load", """{"parameters":{}}""");
        using var other = await PostAsync(host, "v2/repository/models/other/load");

        Assert.Equal((200, 200, 404), ((int)unloaded.StatusCode, (int)loaded.StatusCode, (int)other.StatusCode));
        Assert.Equal(["unload", "load"], loadable.Asked);
    }

    [Fact]
    public async Task Repository_OfAnEnsemble_IsNotLoaded()
    {
        await using var host = await OpenAsync();

        using var answer = await PostAsync(host, "v2/repository/models/colours/load");

        Assert.Equal(422, (int)answer.StatusCode);
        Assert.Contains("other servers' models", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{", 400)]
    [InlineData("[]", 400)]
    [InlineData(null, 413)]
    public async Task RepositoryIndex_BadBody_IsRefused(string? body, int status)
    {
        await using var host = await OpenAsync();

        using var answer = await PostAsync(host, "v2/repository/index", body ?? new string(' ', 100_000));

        Assert.Equal(status, (int)answer.StatusCode);
    }

    internal static Task<ModelHost> OpenAsync(ILoadableModel? loadable = null) =>
        ModelHost.StartAsync(settings: new() { ["OpenInference:RepositoryControl"] = "true" }, loadable: loadable);

    private static Task<HttpResponseMessage> PostAsync(ModelHost host, string path, string body = "") =>
        host.Http.PostAsync(new Uri(path, UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

    private static async Task<JsonElement> IndexAsync(ModelHost host, string body) => await JsonAsync(await PostAsync(host, "v2/repository/index", body));

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            var text = await answer.Content.ReadAsStringAsync();
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonDocument.Parse(text).RootElement;
        }
    }

    private static (long Images, long Runs, long Answered, long Failed, long ComputeNs, long Last) Figures(JsonElement statistics)
    {
        var model = Assert.Single(statistics.GetProperty("model_stats").EnumerateArray());
        var requests = model.GetProperty("inference_stats");
        return (
            model.GetProperty("inference_count").GetInt64(),
            model.GetProperty("execution_count").GetInt64(),
            requests.GetProperty("success").GetProperty("count").GetInt64(),
            requests.GetProperty("fail").GetProperty("count").GetInt64(),
            requests.GetProperty("compute_infer").GetProperty("ns").GetInt64(),
            model.GetProperty("last_inference").GetInt64());
    }
}

/// <summary>Notes what it is asked.</summary>
internal sealed class NotedModel : ILoadableModel
{
    public List<string> Asked { get; } = [];

    public Task LoadAsync(CancellationToken cancellationToken)
    {
        Asked.Add("load");
        return Task.CompletedTask;
    }

    public Task UnloadAsync(CancellationToken cancellationToken)
    {
        Asked.Add("unload");
        return Task.CompletedTask;
    }
}
