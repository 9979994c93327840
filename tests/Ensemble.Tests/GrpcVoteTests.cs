using System.Diagnostics;
using System.Net;
using System.Runtime.InteropServices;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using InferenceTracing.OpenInference;
using InferenceTracing.OpenInference.Protos;
using InferenceTracing.TestBed.Traces;

namespace InferenceTracing.Ensemble.Tests;

/// <summary>The ensemble is just another model over gRPC too, on its one port; and what strangers' clients ask it for over HTTP.</summary>
public sealed class GrpcVoteTests : IClassFixture<TwoMembers>
{
    private readonly TwoMembers _vote;

    public GrpcVoteTests(TwoMembers vote) => _vote = vote.Fresh();

    [Fact]
    public async Task ModelInfer_MembersDisagree_AnswersTheMeanInOneTrace()
    {
        (_vote.Left.Choice, _vote.Right.Choice) = (3, 5);
        var traceId = TraceContext.NewTraceId();

        var answer = await AskAsync(new Metadata { { "traceparent", TraceContext.Parent(traceId) } });

        var row = MemoryMarshal.Cast<byte, float>(Assert.Single(answer.RawOutputContents).Span).ToArray();
        Assert.Equal((0.45f, 0.45f), (row[3], row[5]));
        Assert.False(answer.Parameters["degraded"].BoolParam);
        Assert.Contains("left", answer.Parameters["members"].StringParam, StringComparison.Ordinal);
        var trace = await _vote.Ensemble.Collector.TraceAsync(traceId, spans => spans.Count == 4);
        var server = Assert.Single(trace, span => span.Kind == ActivityKind.Server);
        Assert.Equal("inference.GRPCInferenceService/ModelInfer", server.Name);
        Assert.Equal(("grpc", "inference.GRPCInferenceService", "ModelInfer", "0"), (server["rpc.system"], server["rpc.service"], server["rpc.method"], server["rpc.grpc.status_code"]));
        Assert.Equal("false", server["inference.ensemble.degraded"]);
        Assert.All(trace.Where(span => span != server), span => Assert.Equal(server.Id, span.ParentId));
    }

    [Fact]
    public async Task ModelInfer_NoMemberAnswers_IsUnavailableOnAnswerAndSpan()
    {
        _vote.Left.Instead = _vote.Right.Instead = _ => throw new InferenceException(503, "queue_full", "The queue is full.");
        var traceId = TraceContext.NewTraceId();

        var failure = await Assert.ThrowsAsync<RpcException>(() => AskAsync(new Metadata { { "traceparent", TraceContext.Parent(traceId) } }));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("0 of 2 members answered", failure.Status.Detail, StringComparison.Ordinal);
        var server = await _vote.Ensemble.Collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal((ActivityStatusCode.Error, "overloaded", "14"), (server.Status, server["error.type"], server["rpc.grpc.status_code"]));
    }

    [Fact]
    public async Task Look_OverGrpc_MakesNoSpans()
    {
        using var channel = GrpcChannel.ForAddress(_vote.Ensemble.Service.Address);
        var client = new GRPCInferenceService.GRPCInferenceServiceClient(channel);
        var looks = TraceContext.NewTraceId();
        var headers = new Metadata { { "traceparent", TraceContext.Parent(looks) } };

        var ready = await client.ServerReadyAsync(new(), headers);
        var model = await client.ModelMetadataAsync(new() { Name = "ensemble" }, headers);
        var config = (await client.ModelConfigAsync(new() { Name = "ensemble" }, headers)).Config;
        var asked = TraceContext.NewTraceId();
        await AskAsync(new Metadata { { "traceparent", TraceContext.Parent(asked) } });
        await _vote.Ensemble.Collector.TraceAsync(asked, spans => spans.Count == 4);

        Assert.Equal((true, "ensemble", "ensemble"), (ready.Ready, model.Platform, config.Platform));
        Assert.DoesNotContain(_vote.Ensemble.Collector.Spans, span => span.TraceId == looks);
    }

    /// <summary>A reason in every 404 and 405, in the form clients compare exactly.</summary>
    [Theory]
    [InlineData("GET", "/v2/models/ensemble/nothing", 404)]
    [InlineData("POST", "/v2/repository/index", 404)]
    [InlineData("GET", "/v2/models/ensemble/infer", 405)]
    [InlineData("DELETE", "/v2/models/ensemble", 405)]
    [InlineData("GET", "/v2/models/other/config", 404)]
    public async Task Route_OfTheEnsemble_SaysWhyItRefuses(string method, string path, int status)
    {
        using var answer = await _vote.Ensemble.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path));

        Assert.Equal((status, "application/json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
        Assert.Matches("""^\{"error":".+"\}$""", await answer.Content.ReadAsStringAsync());
    }

    [Theory]
    [InlineData("/v2/models/ensemble/config")]
    [InlineData("/v2/models/ensemble/stats")]
    [InlineData("/v2/openapi.json")]
    public async Task Extension_OfTheEnsemble_Answers(string path)
    {
        using var answer = await _vote.Ensemble.Client.GetAsync(path);

        Assert.Equal((HttpStatusCode.OK, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
    }

    [Fact]
    public async Task Refusal_OfARequest_IsExactlyJson()
    {
        using var answer = await _vote.Ensemble.Client.PostAsync(EnsembleUnderTest.InferPath, new StringContent("{}", Encoding.UTF8, "application/json"));

        Assert.Equal((HttpStatusCode.BadRequest, "application/json"), (answer.StatusCode, answer.Content.Headers.ContentType!.ToString()));
    }

    private async Task<ModelInferResponse> AskAsync(Metadata headers)
    {
        using var channel = GrpcChannel.ForAddress(_vote.Ensemble.Service.Address);

        return await new GRPCInferenceService.GRPCInferenceServiceClient(channel).ModelInferAsync(
            new ModelInferRequest
            {
                ModelName = "ensemble",
                Inputs = { new ModelInferRequest.Types.InferInputTensor { Name = "image", Datatype = "UINT8", Shape = { 1, 224, 224, 3 } } },
                RawInputContents = { ByteString.CopyFrom(new byte[PixelTensor.BytesPerImage]) },
            },
            headers);
    }
}
