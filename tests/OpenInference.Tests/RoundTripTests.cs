using System.Text.Json;
using InferenceTracing.ServiceDefaults.Requests;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace InferenceTracing.OpenInference.Tests;

public sealed class RoundTripTests
{
    [Theory]
    [InlineData(HttpProtocols.Http1, 1)]
    [InlineData(HttpProtocols.Http1, 16)]
    [InlineData(HttpProtocols.Http2, 3)]
    public async Task InferAsync_ThroughTheClient_AnswersEveryImage(HttpProtocols protocols, int count)
    {
        await using var host = await ModelHost.StartAsync(protocols);
        using var images = ModelHost.Photograph(count);

        var answer = await host.Client.InferAsync("colours", images, In(10), CancellationToken.None);

        Assert.Equal("1", answer.ModelVersion);
        Assert.Equal(count, answer.Prediction.Count);

        for (var i = 0; i < count; i++)
        {
            Assert.Equal(MeanColourModel.Expected(images.Image(i)), answer.Prediction.Row(i));
        }

        Assert.Equal(1.25, answer.Prediction.Parameters["run_ms"]);
        Assert.Equal((long)count, answer.Prediction.Parameters["batch_size"]);
        Assert.Equal(true, answer.Prediction.Parameters["untrained"]);
        Assert.Equal("one\r\ntwo: \"ü\"", answer.Prediction.Parameters["members"]);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_AsJson_EqualsBinary(bool nested)
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph(2);

        using var response = await host.PostJsonAsync(Requests.Json(images, nested));
        var json = await ReadAsync(response);
        var binary = await host.Client.InferAsync("colours", images, In(10), CancellationToken.None);

        var output = json.GetProperty("outputs")[0];
        Assert.Equal("FP32", output.GetProperty("datatype").GetString());
        Assert.Equal([2, 1000], output.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()));
        Assert.Equal(binary.Prediction.Probabilities.ToArray(), output.GetProperty("data").EnumerateArray().Select(v => v.GetSingle()));
        Assert.Equal("1", json.GetProperty("model_version").GetString());
    }

    [Fact]
    public async Task Infer_RawRequest_IsOneImageAndAnswersBinary()
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();

        using var response = await host.PostBinaryAsync("", images.Memory);
        var body = await response.Content.ReadAsByteArrayAsync();

        var json = int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single());
        var floats = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(body.AsSpan(json));
        Assert.Equal(MeanColourModel.Expected(images.Image(0)), floats);
        Assert.Equal("application/octet-stream", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(body.Length, response.Content.Headers.ContentLength);
    }

    [Fact]
    public async Task Infer_ClassificationAsked_AnswersTripletsBestFirst()
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph(2);
        var best = Array.IndexOf(MeanColourModel.Expected(images.Image(1)), 0.93f);

        using var response = await host.PostBinaryAsync(
            Requests.Binary(2, """ "outputs":[{"name":"probabilities","parameters":{"classification":3}}], """), images.Memory);
        var json = await ReadAsync(response);

        var output = json.GetProperty("outputs")[0];
        Assert.Equal("BYTES", output.GetProperty("datatype").GetString());
        Assert.Equal([2, 3], output.GetProperty("shape").EnumerateArray().Select(d => d.GetInt32()));
        Assert.Equal($"0.930000:{best}:label {best}", output.GetProperty("data")[3].GetString());
        Assert.Equal(6, output.GetProperty("data").GetArrayLength());
        Assert.Equal("42", json.GetProperty("id").GetString());
    }

    [Fact]
    public async Task Infer_BinaryClassification_PrefixesEveryStringWithItsLength()
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();

        using var response = await host.PostBinaryAsync(
            Requests.Binary(1, """ "parameters":{"binary_data_output":true},"outputs":[{"name":"probabilities","parameters":{"classification":1}}], """),
            images.Memory);
        var body = await response.Content.ReadAsByteArrayAsync();

        var tensor = body.AsSpan(int.Parse(response.Headers.GetValues("Inference-Header-Content-Length").Single()));
        Assert.Equal(tensor.Length - 4, (int)System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(tensor));
        Assert.StartsWith("0.930000:", System.Text.Encoding.UTF8.GetString(tensor[4..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_OutputSaysJson_WinsOverTheRequest()
    {
        await using var host = await ModelHost.StartAsync();
        using var images = ModelHost.Photograph();

        using var response = await host.PostBinaryAsync(
            Requests.Binary(1, """ "parameters":{"binary_data_output":true},"outputs":[{"name":"probabilities","parameters":{"binary_data":false}}], """),
            images.Memory);

        Assert.Equal(1000, (await ReadAsync(response)).GetProperty("outputs")[0].GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Metadata_OfServerAndModel_FollowsTheSpecification()
    {
        await using var host = await ModelHost.StartAsync();

        var server = await host.Http.GetStringAsync(new Uri("v2", UriKind.Relative));
        var model = await host.Http.GetStringAsync(new Uri("v2/models/colours/versions/1", UriKind.Relative));

        Assert.Contains("\"extensions\":[\"binary_tensor_data\",\"classification\",\"model_configuration\",\"statistics\"]", server, StringComparison.Ordinal);
        Assert.StartsWith(
            """{"name":"colours","versions":["1"],"platform":"onnx_onnxv1","inputs":[{"name":"image","datatype":"UINT8","shape":[-1,224,224,3]}],"outputs":[{"name":"probabilities","datatype":"FP32","shape":[-1,1000],"labels":["label 0, synonym 0",""",
            model,
            StringComparison.Ordinal);
        Assert.EndsWith(""""parameters":{"input_datatypes":"UINT8,FP32","input_layouts":"NHWC,NCHW"}}"""", model, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("v2/health/live", 200, 200)]
    [InlineData("v2/health/ready", 200, 503)]
    [InlineData("v2/models/colours/ready", 200, 503)]
    [InlineData("v2/models/colours/versions/1/ready", 200, 503)]
    [InlineData("v2/models/colours/versions/2/ready", 404, 404)]
    [InlineData("v2/models/other", 404, 404)]
    public async Task Get_ReadyOrNot_AnswersTheStatus(string path, int ready, int notReady)
    {
        await using var host = await ModelHost.StartAsync();

        using var first = await host.Http.GetAsync(new Uri(path, UriKind.Relative));
        host.Model.IsReady = false;
        using var second = await host.Http.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal((ready, notReady), ((int)first.StatusCode, (int)second.StatusCode));
    }

    /// <summary>Clients made from the protocol's description send every number as a float, and null for what they leave out.</summary>
    [Theory]
    [InlineData("255", "", 200)]
    [InlineData("255.0", ""","id":null,"parameters":null,"outputs":null""", 200)]
    [InlineData("2.55e2", ""","outputs":[{"name":"probabilities","parameters":null}]""", 200)]
    [InlineData("255.5", "", 400)]
    [InlineData("256.0", "", 400)]
    [InlineData("-1.0", "", 400)]
    public async Task Infer_NumbersAndNullsAsClientsSendThem_AreUnderstood(string pixel, string more, int status)
    {
        await using var host = await ModelHost.StartAsync();
        var data = string.Join(',', Enumerable.Repeat(pixel, PixelTensor.BytesPerImage));

        using var answer = await host.PostJsonAsync($$"""{"inputs":[{"name":"image","datatype":"UINT8","shape":[1,224,224,3],"data":[{{data}}]}]{{more}}}""");

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.ToString());
    }

    /// <summary>Load balancers ask with HEAD.</summary>
    [Theory]
    [InlineData("v2")]
    [InlineData("v2/health/live")]
    [InlineData("v2/health/ready")]
    [InlineData("v2/models/colours")]
    [InlineData("v2/models/colours/ready")]
    [InlineData("v2/models/colours/versions/1/ready")]
    [InlineData("v2/models/colours/config")]
    [InlineData("v2/models/colours/stats")]
    [InlineData("v2/models/stats")]
    [InlineData("v2/openapi.json")]
    public async Task Head_WhereGetIs_AnswersTheSameWithoutABody(string path)
    {
        await using var host = await ModelHost.StartAsync();

        using var answer = await host.Http.SendAsync(new HttpRequestMessage(HttpMethod.Head, new Uri(path, UriKind.Relative)));

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
    }

    internal static Deadline In(double seconds) => Deadline.After(TimeSpan.FromSeconds(seconds), TimeProvider.System);

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, text);
        return JsonDocument.Parse(text).RootElement;
    }
}
