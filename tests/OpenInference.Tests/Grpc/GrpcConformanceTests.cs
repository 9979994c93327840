using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Grpc.Core;
using Grpc.Net.Client;
using InferenceTracing.OpenInference.Protos;

namespace InferenceTracing.OpenInference.Tests.Grpc;

/// <summary>What the published protocol says of gRPC, asked by a client made from it.</summary>
public sealed class GrpcConformanceTests
{
    [Fact]
    public async Task Server_LiveReadyAndMetadata_AreAsOverHttp()
    {
        await using var host = await GrpcHost.StartAsync();

        Assert.True((await host.Client.ServerLiveAsync(new())).Live);
        Assert.True((await host.Client.ServerReadyAsync(new())).Ready);
        Assert.True((await host.Client.ModelReadyAsync(new() { Name = "colours" })).Ready);
        Assert.True((await host.Client.ModelReadyAsync(new() { Name = "colours", Version = "1" })).Ready);
        var server = await host.Client.ServerMetadataAsync(new());
        Assert.Equal(("inference-tracing", ["binary_tensor_data", "classification", "model_configuration", "statistics"]), (server.Name, server.Extensions));
        Assert.NotEmpty(server.Version);
        host.Model.IsReady = false;
        Assert.False((await host.Client.ServerReadyAsync(new())).Ready);
        Assert.False((await host.Client.ModelReadyAsync(new() { Name = "colours" })).Ready);
    }

    [Fact]
    public async Task ModelMetadata_OfTheModel_NamesItsTensors()
    {
        await using var host = await GrpcHost.StartAsync();

        var model = await host.Client.ModelMetadataAsync(new() { Name = "colours", Version = "1" });

        Assert.Equal(("colours", "onnx_onnxv1", "1"), (model.Name, model.Platform, Assert.Single(model.Versions)));
        var (input, output) = (Assert.Single(model.Inputs), Assert.Single(model.Outputs));
        Assert.Equal(("image", "UINT8", [-1, 224, 224, 3]), (input.Name, input.Datatype, input.Shape));
        Assert.Equal(("probabilities", "FP32", [-1, 1000]), (output.Name, output.Datatype, output.Shape));
    }

    [Theory]
    [InlineData(1, false, false)]
    [InlineData(3, false, true)]
    [InlineData(2, true, false)]
    [InlineData(16, false, false)]
    [InlineData(1, true, true)]
    public async Task ModelInfer_RawContents_AnswersRaw(int count, bool floats, bool planes)
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph(count);

        var answer = await host.Client.ModelInferAsync(GrpcHost.Raw(images, floats, planes));

        var output = Assert.Single(answer.Outputs);
        Assert.Equal(("probabilities", "FP32", [count, 1000]), (output.Name, output.Datatype, output.Shape));
        Assert.Null(output.Contents);
        AssertSame(images, MemoryMarshal.Cast<byte, float>(Assert.Single(answer.RawOutputContents).Span).ToArray());
        Assert.Equal(("colours", "1", "42"), (answer.ModelName, answer.ModelVersion, answer.Id));
    }

    [Theory]
    [InlineData(2, false, false)]
    [InlineData(1, false, true)]
    [InlineData(1, true, false)]
    [InlineData(1, true, true)]
    public async Task ModelInfer_TypedContents_AnswersTyped(int count, bool floats, bool planes)
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph(count);

        var answer = await host.Client.ModelInferAsync(GrpcHost.Typed(images, floats, planes));

        Assert.Empty(answer.RawOutputContents);
        AssertSame(images, Assert.Single(answer.Outputs).Contents.Fp32Contents);
    }

    [Fact]
    public async Task ModelInfer_Parameters_HaveTheirTypes()
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph();

        var answer = await host.Client.ModelInferAsync(GrpcHost.Raw(images));

        Assert.Equal(1.25, answer.Parameters["run_ms"].DoubleParam);
        Assert.Equal(1, answer.Parameters["batch_size"].Int64Param);
        Assert.True(answer.Parameters["untrained"].BoolParam);
        Assert.Equal("one\r\ntwo: \"ü\"", answer.Parameters["members"].StringParam);
        Assert.Equal(host.Model.Metadata.Labels.Sha256, answer.Parameters["labels_sha256"].StringParam);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ModelInfer_ClassificationAsked_AnswersTexts(bool raw)
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph(2);
        var best = Array.IndexOf(MeanColourModel.Expected(images.Image(1)), 0.93f);
        var request = raw ? GrpcHost.Raw(images) : GrpcHost.Typed(images);
        request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor
        {
            Name = "probabilities", Parameters = { ["classification"] = new InferParameter { Int64Param = 3 }, ["binary_data"] = new InferParameter { BoolParam = true } },
        });

        var answer = await host.Client.ModelInferAsync(request);

        var output = Assert.Single(answer.Outputs);
        Assert.Equal(("BYTES", [2, 3]), (output.Datatype, output.Shape));
        var texts = raw ? Texts(Assert.Single(answer.RawOutputContents).Span) : [.. output.Contents.BytesContents.Select(text => text.ToStringUtf8())];
        Assert.Equal(6, texts.Count);
        Assert.Equal($"0.930000:{best}:label {best}", texts[3]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task ModelInfer_PackedMessage_IsUnpacked(string encoding)
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph();
        var packed = new Metadata { { "grpc-internal-encoding-request", encoding } };

        var answer = await host.Client.ModelInferAsync(GrpcHost.Raw(images), packed);

        AssertSame(images, MemoryMarshal.Cast<byte, float>(Assert.Single(answer.RawOutputContents).Span).ToArray());
    }

    [Fact]
    public async Task ModelConfigAndStatistics_AreThoseOfHttp()
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph(2);
        await host.Client.ModelInferAsync(GrpcHost.Raw(images));

        var config = (await host.Client.ModelConfigAsync(new() { Name = "colours" })).Config;
        var statistics = Assert.Single((await host.Client.ModelStatisticsAsync(new())).ModelStats);
        var named = Assert.Single((await host.Client.ModelStatisticsAsync(new() { Name = "colours", Version = "1" })).ModelStats);

        Assert.Equal(("colours", 16, DataType.TypeUint8, ModelInput.Types.Format.Nhwc), (config.Name, config.MaxBatchSize, config.Input[0].DataType, config.Input[0].Format));
        Assert.Equal([224, 224, 3], config.Input[0].Dims);
        Assert.Equal("UINT8,FP32", config.Parameters["input_datatypes"].StringValue);
        Assert.Equal(named, statistics);
        // The service's own first request is counted too.
        Assert.Equal((3ul, 2ul), (statistics.InferenceCount, statistics.InferenceStats.Success.Count));
    }

    [Fact]
    public async Task Repository_Opened_IsThatOfHttp()
    {
        var loadable = new Rest.NotedModel();
        await using var host = await GrpcHost.StartAsync(new() { ["OpenInference:RepositoryControl"] = "true" }, loadable);

        var index = await host.Client.RepositoryIndexAsync(new());
        var unloaded = await host.Client.RepositoryModelUnloadAsync(new() { ModelName = "colours" });
        // KServe's numbering has the model's name first.
        var loaded = await host.Client.RepositoryModelLoadAsync(new() { RepositoryName = "colours" });

        Assert.Equal(new RepositoryIndexResponse.Types.ModelIndex { Name = "colours", Version = "1", State = "READY" }, Assert.Single(index.Models));
        Assert.Equal((true, true, "colours"), (unloaded.IsUnloaded, loaded.IsLoaded, loaded.ModelName));
        Assert.Equal(["unload", "load"], loadable.Asked);
    }

    /// <summary>One port: who begins with HTTP/2's preface gets HTTP/2, everybody else HTTP/1.1, at the same time.</summary>
    [Fact]
    public async Task Port_OfTheService_SpeaksBothProtocols()
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph();
        using var http2 = new HttpClient { BaseAddress = host.Host.Http.BaseAddress, DefaultRequestVersion = HttpVersion.Version20, DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact };

        var calls = await Task.WhenAll(Enumerable.Range(0, 20).Select(async i => i % 2 == 0
            ? (await host.Client.ModelInferAsync(GrpcHost.Raw(images))).Outputs.Count
            : (await host.Host.Client.InferAsync("colours", images, RoundTripTests.In(10), CancellationToken.None)).Prediction.Count));
        using var described = await http2.GetAsync(new Uri("v2", UriKind.Relative));

        Assert.All(calls, count => Assert.Equal(1, count));
        Assert.Equal((HttpStatusCode.OK, HttpVersion.Version20), (described.StatusCode, described.Version));
    }

    /// <summary>HealthCheckRequest: the server as a whole, or a service by name. HealthCheckResponse: SERVING.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("inference.GRPCInferenceService")]
    public async Task Health_StandardService_Serves(string service)
    {
        await using var host = await GrpcHost.StartAsync();
        var bytes = new Marshaller<byte[]>(value => value, value => value);
        var check = new Method<byte[], byte[]>(MethodType.Unary, "grpc.health.v1.Health", "Check", bytes, bytes);

        byte[] question = service.Length == 0 ? [] : [0x0a, (byte)service.Length, .. Encoding.ASCII.GetBytes(service)];

        var answer = await host.Channel.CreateCallInvoker().AsyncUnaryCall(check, null, default, question);

        Assert.Equal([0x08, 0x01], answer);
    }

    internal static void AssertSame(PixelTensor images, IEnumerable<float> values) =>
        Assert.Equal(Enumerable.Range(0, images.Count).SelectMany(image => MeanColourModel.Expected(images.Image(image))), values);

    private static List<string> Texts(ReadOnlySpan<byte> raw)
    {
        List<string> texts = [];

        while (!raw.IsEmpty)
        {
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(raw);
            texts.Add(Encoding.UTF8.GetString(raw.Slice(4, length)));
            raw = raw[(4 + length)..];
        }

        return texts;
    }
}
