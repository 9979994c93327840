using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using InferenceTracing.OpenInference.Protos;
using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference.Tests.Grpc;

/// <summary>The same limits, deadlines and lines as over HTTP, in gRPC's numbers.</summary>
public sealed class GrpcRefusalTests
{
    public static TheoryData<string, StatusCode, string> Wrong => new()
    {
        { "model", StatusCode.NotFound, "The model served here is 'colours'." },
        { "version", StatusCode.NotFound, "The version served here is '1'." },
        { "name", StatusCode.InvalidArgument, "The input's name must be 'image'." },
        { "datatype", StatusCode.InvalidArgument, "The input's datatype must be UINT8 or FP32." },
        { "shape", StatusCode.InvalidArgument, "The input's shape must be" },
        { "dimensions", StatusCode.InvalidArgument, "more than 8 dimensions" },
        { "negative", StatusCode.InvalidArgument, "The input's shape must be" },
        { "no input", StatusCode.InvalidArgument, "inputs is missing." },
        { "two inputs", StatusCode.InvalidArgument, "one input" },
        { "two raw", StatusCode.InvalidArgument, "raw_input_contents must have one element" },
        { "no contents", StatusCode.InvalidArgument, "either contents or raw_input_contents" },
        { "both contents", StatusCode.InvalidArgument, "either contents or raw_input_contents" },
        { "short", StatusCode.InvalidArgument, "The tensor has 150527 bytes, not 150528." },
        { "long", StatusCode.InvalidArgument, "The tensor has more than 150528 bytes." },
        { "typed 256", StatusCode.InvalidArgument, "numbers from 0 to 255" },
        { "typed floats", StatusCode.InvalidArgument, "contents must be uint_contents for UINT8" },
        { "output", StatusCode.InvalidArgument, "The output's name must be 'probabilities'." },
        { "two outputs", StatusCode.InvalidArgument, "one output" },
        { "classification", StatusCode.InvalidArgument, "classification must be a number of classes" },
        { "classification text", StatusCode.InvalidArgument, "classification must be an int64_param" },
        { "id", StatusCode.InvalidArgument, "id is longer than 256 characters." },
        { "images", StatusCode.ResourceExhausted, "16 images at most, not 17." },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task ModelInfer_WrongRequest_IsRefusedInOneLine(string what, StatusCode status, string message)
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph();
        var request = GrpcHost.Raw(images);
        Spoil(request, what);

        var failure = await FailAsync(host, request);

        Assert.Equal(status, failure.StatusCode);
        Assert.Contains(message, failure.Status.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', failure.Status.Detail);
        Assert.Equal(0, host.Model.Runs);
    }

    [Theory]
    [InlineData(503, "queue_full", StatusCode.Unavailable)]
    [InlineData(504, "deadline_exceeded", StatusCode.DeadlineExceeded)]
    [InlineData(429, "rate_limited", StatusCode.ResourceExhausted)]
    [InlineData(422, "unprocessable", StatusCode.InvalidArgument)]
    public async Task ModelInfer_ModelRefuses_SaysSoOnAnswerAndSpan(int status, string reason, StatusCode expected)
    {
        List<Activity> spans = [];
        using var listener = ModelHost.Listen(spans);
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph();
        var trace = ActivityTraceId.CreateRandom();
        host.Model.Before = (_, _) => throw new InferenceException(status, reason, "Not now, grün.") { RetryAfter = TimeSpan.FromMilliseconds(1200) };

        var failure = await FailAsync(host, GrpcHost.Raw(images), new Metadata { { "traceparent", $"00-{trace}-00f067aa0ba902b7-01" } });

        Assert.Equal((expected, "Not now, grün."), (failure.StatusCode, failure.Status.Detail));
        Assert.Equal("1200", failure.Trailers.GetValue("grpc-retry-pushback-ms"));
        var span = await RefusalTests.SpanAsync(spans, trace);
        Assert.Equal(reason, span.GetTagItem("error.type"));
        Assert.Equal(((int)expected, null), ((int)span.GetTagItem("rpc.grpc.status_code")!, span.GetTagItem("grpc.status_code")));
        Assert.Equal(status >= 500 ? ActivityStatusCode.Error : ActivityStatusCode.Unset, span.Status);
        Assert.Equal("00f067aa0ba902b7", span.ParentSpanId.ToString());
    }

    [Fact]
    public async Task ModelInfer_Defect_IsInternalAndTellsNothing()
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph();
        host.Model.Before = (_, _) => throw new InvalidOperationException("secret");

        var failure = await FailAsync(host, GrpcHost.Raw(images));

        Assert.Equal((StatusCode.Internal, "Internal error; the trace and the log have the details."), (failure.StatusCode, failure.Status.Detail));
    }

    [Theory]
    [InlineData("80", "The deadline of 80 ms has passed.", StatusCode.DeadlineExceeded)]
    [InlineData("0", "The deadline of 0 ms has passed.", StatusCode.DeadlineExceeded)]
    [InlineData("soon", "must be a whole number of milliseconds", StatusCode.InvalidArgument)]
    public async Task ModelInfer_OwnDeadlineHeader_IsHonoured(string value, string message, StatusCode status)
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph();
        host.Model.Before = (_, cancellation) => Task.Delay(Timeout.Infinite, cancellation);

        var failure = await FailAsync(host, GrpcHost.Raw(images), new Metadata { { Deadline.Header, value } });

        Assert.Equal(status, failure.StatusCode);
        Assert.Contains(message, failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ModelInfer_GrpcTimeout_BoundsTheModelsDeadline()
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph();
        var seen = new TaskCompletionSource<TimeSpan>();
        var cancelled = new TaskCompletionSource();
        host.Model.Before = (deadline, cancellation) =>
        {
            seen.TrySetResult(deadline.Remaining);
            cancellation.Register(() => cancelled.TrySetResult());
            return Task.Delay(Timeout.Infinite, cancellation);
        };

        var failure = await Assert.ThrowsAsync<RpcException>(
            async () => await host.Client.ModelInferAsync(GrpcHost.Raw(images), deadline: DateTime.UtcNow.AddSeconds(2)));

        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.InRange(await seen.Task, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task ModelInfer_ClientGoesAway_CancelsTheModel()
    {
        await using var host = await GrpcHost.StartAsync();
        using var images = ModelHost.Photograph();
        using var gone = new CancellationTokenSource();
        var cancelled = new TaskCompletionSource();
        host.Model.Before = async (_, cancellation) =>
        {
            cancellation.Register(cancelled.SetResult);
            await gone.CancelAsync();
            await Task.Delay(Timeout.Infinite, cancellation);
        };

        await Assert.ThrowsAsync<RpcException>(async () => await host.Client.ModelInferAsync(GrpcHost.Raw(images), cancellationToken: gone.Token));

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(10));
    }

    /// <summary>The limit that HTTP has, for a message as it comes and for what it unpacks to.</summary>
    [Theory]
    [InlineData("identity")]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task ModelInfer_MessageBeyondTheLimit_IsRefusedUnread(string encoding)
    {
        var packed = encoding is not "identity";
        await using var host = await GrpcHost.StartAsync(new() { ["OpenInference:MaxBatch"] = "1" });
        var request = GrpcHost.Empty();
        request.RawInputContents.Add(ByteString.CopyFrom(new byte[packed ? 100_000_000 : 1_400_000]));

        var failure = await FailAsync(host, request, packed ? new Metadata { { "grpc-internal-encoding-request", encoding } } : []);

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Contains(packed ? "unpacks to more than" : "exceeds the maximum", failure.Status.Detail, StringComparison.Ordinal);
        Assert.Equal(0, host.Model.Runs);
    }

    [Theory]
    [InlineData("ModelInfer", "0a")]
    [InlineData("ModelInfer", "0aff01")]
    [InlineData("ModelInfer", "ffffffffffffffffffffff")]
    [InlineData("ModelInfer", "0b")]
    [InlineData("ModelMetadata", "0aff01")]
    public async Task Call_BytesThatAreNoMessage_IsInvalid(string method, string message)
    {
        await using var host = await GrpcHost.StartAsync();
        var bytes = new Marshaller<byte[]>(value => value, value => value);
        var call = new Method<byte[], byte[]>(MethodType.Unary, "inference.GRPCInferenceService", method, bytes, bytes);

        var failure = await Assert.ThrowsAsync<RpcException>(async () => await host.Channel.CreateCallInvoker().AsyncUnaryCall(call, null, default, Convert.FromHexString(message)));

        // What is no message names no model either.
        Assert.Contains(failure.StatusCode, new[] { StatusCode.InvalidArgument, StatusCode.NotFound });
    }

    [Fact]
    public async Task Call_ModelOrServiceOrRepositoryIsNotThere_SaysWhy()
    {
        await using var host = await GrpcHost.StartAsync();
        var bytes = new Marshaller<byte[]>(value => value, value => value);
        var unknown = new Method<byte[], byte[]>(MethodType.Unary, "inference.GRPCInferenceService", "ModelStreamInfer", bytes, bytes);

        var failures = new[]
        {
            await Assert.ThrowsAsync<RpcException>(async () => await host.Client.ModelReadyAsync(new() { Name = "other" })),
            await Assert.ThrowsAsync<RpcException>(async () => await host.Client.ModelConfigAsync(new() { Name = "colours", Version = "9" })),
            await Assert.ThrowsAsync<RpcException>(async () => await host.Client.ModelStatisticsAsync(new() { Name = "other" })),
            await Assert.ThrowsAsync<RpcException>(async () => await host.Client.RepositoryIndexAsync(new())),
            await Assert.ThrowsAsync<RpcException>(async () => await host.Client.RepositoryModelUnloadAsync(new() { ModelName = "colours" })),
        };

        Assert.All(failures, failure => Assert.Equal(StatusCode.NotFound, failure.StatusCode));
        Assert.All(failures, failure => Assert.NotEmpty(failure.Status.Detail));
        Assert.Equal(StatusCode.Unimplemented, (await Assert.ThrowsAsync<RpcException>(async () =>
            await host.Channel.CreateCallInvoker().AsyncUnaryCall(unknown, null, default, []))).StatusCode);
    }

    /// <summary>Whoever connects and says nothing, or half of HTTP/2's preface, holds nobody up and is answered as by HTTP/1.1.</summary>
    [Theory]
    [InlineData("")]
    [InlineData("PRI * HTTP/2.0\r\n")]
    public async Task Port_SilentConnection_DoesNotKeepTheServiceFromStopping(string said)
    {
        var host = await GrpcHost.StartAsync();
        using var silent = new TcpClient();
        await silent.ConnectAsync(IPAddress.Loopback, host.Host.Http.BaseAddress!.Port);
        await silent.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes(said));

        Assert.True((await host.Client.ServerLiveAsync(new())).Live);
        await host.DisposeAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(25));
    }

    private static async Task<RpcException> FailAsync(GrpcHost host, ModelInferRequest request, Metadata? headers = null) =>
        await Assert.ThrowsAsync<RpcException>(async () => await host.Client.ModelInferAsync(request, headers));

    private static void Spoil(ModelInferRequest request, string what)
    {
        var input = request.Inputs[0];

        switch (what)
        {
            case "model": request.ModelName = "other"; break;
            case "version": request.ModelVersion = "2"; break;
            case "name": input.Name = "picture"; break;
            case "datatype": input.Datatype = "INT64"; break;
            case "shape": input.Shape[3] = 4; break;
            case "dimensions": input.Shape.AddRange([1, 1, 1, 1, 1]); break;
            case "negative": input.Shape[0] = -1; break;
            case "no input": request.Inputs.Clear(); break;
            case "two inputs": request.Inputs.Add(input); break;
            case "two raw": request.RawInputContents.Add(request.RawInputContents[0]); break;
            case "no contents": request.RawInputContents.Clear(); break;
            case "both contents": input.Contents = new InferTensorContents { UintContents = { 1 } }; break;
            case "short": request.RawInputContents[0] = ByteString.CopyFrom(new byte[PixelTensor.BytesPerImage - 1]); break;
            case "long": request.RawInputContents[0] = ByteString.CopyFrom(new byte[PixelTensor.BytesPerImage + 1]); break;
            case "typed 256":
                request.RawInputContents.Clear();
                input.Contents = new InferTensorContents { UintContents = { Enumerable.Repeat(256u, PixelTensor.BytesPerImage) } };
                break;
            case "typed floats":
                request.RawInputContents.Clear();
                input.Contents = new InferTensorContents { Fp32Contents = { 1 } };
                break;
            case "output": request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "logits" }); break;
            case "two outputs":
                request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "probabilities" });
                request.Outputs.Add(request.Outputs[0]);
                break;
            case "classification": Ask(new InferParameter { Int64Param = 0 }); break;
            case "classification text": Ask(new InferParameter { StringParam = "3" }); break;
            case "id": request.Id = new string('x', 300); break;
            case "images": input.Shape[0] = 17; break;
            default: throw new ArgumentException(what);
        }

        void Ask(InferParameter classification) => request.Outputs.Add(
            new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "probabilities", Parameters = { ["classification"] = classification } });
    }
}
