using System.Diagnostics;
using Grpc.Core;
using Grpc.Net.Client;
using InferenceTracing.TestBed;
using InferenceTracing.TestBed.Traces;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.Gateway.Tests.Proxy;

/// <summary>gRPC through the gateway: HTTP/2 end to end, with the keys, the rates and the limits of the other routes, and refusals in gRPC's own form.</summary>
public sealed class GrpcForwardingTests : IClassFixture<GatewayUnderTest>
{
    private const string Infer = "inference.GRPCInferenceService/ModelInfer";

    private readonly GatewayUnderTest _gateway;

    public GrpcForwardingTests(GatewayUnderTest gateway)
    {
        _gateway = gateway.Fresh();
        _gateway.Upstream.Answer = EchoCallAsync;
    }

    [Fact]
    public async Task Call_WithAKey_PassesOverHttp2AndGoesOnInTheTrace()
    {
        var traceId = TraceContext.NewTraceId();

        var answer = await CallAsync([1, 2, 3], headers: new Metadata { { "traceparent", TraceContext.Parent(traceId) }, { "x-request-timeout-ms", "1234" } }, deadline: DateTime.UtcNow.AddMinutes(1));

        Assert.Equal([1, 2, 3], answer);
        Assert.Equal(("HTTP/2", "/" + Infer), (_gateway.Upstream.AskedProtocol, _gateway.Upstream.AskedPath));
        Assert.Equal("1234", _gateway.Upstream.Asked["x-request-timeout-ms"]);
        Assert.Equal("trailers", _gateway.Upstream.Asked["TE"]);
        Assert.Equal(1, _gateway.Upstream.Asked["grpc-timeout"].Count);
        Assert.False(_gateway.Upstream.Asked.ContainsKey("x-api-key"));
        var spans = await _gateway.Collector.TraceAsync(traceId, spans => spans.Count == 2);
        var server = Assert.Single(spans, span => span.Kind == ActivityKind.Server);
        var client = Assert.Single(spans, span => span.Kind == ActivityKind.Client);
        Assert.Equal((Infer, Infer, server.Id), (server.Name, client.Name, client.ParentId));
        Assert.Equal(("grpc", "inference.GRPCInferenceService", "ModelInfer", "0"), (server["rpc.system"], server["rpc.service"], server["rpc.method"], server["rpc.grpc.status_code"]));
        Assert.Equal($"00-{traceId}-{client.Id}-01", _gateway.Upstream.Asked["traceparent"]);
    }

    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("not-a-key-0123456789", StatusCode.Unauthenticated)]
    [InlineData(GatewayUnderTest.ReaderKey, StatusCode.PermissionDenied)]
    public async Task Call_KeyDoesNotOpenIt_IsRefused(string? key, StatusCode status)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync([1], key));

        Assert.Equal(status, failure.StatusCode);
        Assert.Contains("API key", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("RepositoryModelUnload")]
    [InlineData("RepositoryIndex")]
    [InlineData("Nothing")]
    public async Task Call_WithoutARoute_IsUnimplemented(string method)
    {
        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync([1], method: method));

        Assert.Equal((StatusCode.Unimplemented, "There is no such route."), (failure.StatusCode, failure.Status.Detail));
    }

    [Theory]
    [InlineData(GatewayUnderTest.MaxBodyBytes + 1)]
    [InlineData(5_000_000)]
    public async Task Message_LongerThanTheLimit_IsRefused(int bytes)
    {
        var traceId = TraceContext.NewTraceId();

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync(new byte[bytes], headers: new Metadata { { "traceparent", TraceContext.Parent(traceId) } }));

        Assert.Equal(StatusCode.ResourceExhausted, failure.StatusCode);
        Assert.Contains($"{GatewayUnderTest.MaxBodyBytes}", failure.Status.Detail, StringComparison.Ordinal);
        var server = await _gateway.Collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal(("8", "request_too_large", ActivityStatusCode.Unset), (server["rpc.grpc.status_code"], server["error.type"], server.Status));
    }

    [Theory]
    [InlineData(14, ActivityStatusCode.Error, "unavailable")]
    [InlineData(3, ActivityStatusCode.Unset, "invalid_argument")]
    public async Task Failure_OfTheUpstream_PassesAndIsOnTheSpan(int status, ActivityStatusCode expected, string reason)
    {
        var traceId = TraceContext.NewTraceId();
        _gateway.Upstream.Answer = async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/grpc";
            context.Response.AppendTrailer("grpc-status", $"{status}");
            context.Response.AppendTrailer("grpc-message", "The queue is full.");
        };

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync([1], headers: new Metadata { { "traceparent", TraceContext.Parent(traceId) } }));

        Assert.Equal(((StatusCode)status, "The queue is full."), (failure.StatusCode, failure.Status.Detail));
        var server = await _gateway.Collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal((expected, reason, $"{status}"), (server.Status, server["error.type"], server["rpc.grpc.status_code"]));
    }

    [Fact]
    public async Task Upstream_Away_IsUnavailable()
    {
        await using var gateway = await StartedService.StartAsync(GatewayUnderTest.Executable, GatewayUnderTest.Settings(await LocalServer.NowhereAsync()));

        var failure = await Assert.ThrowsAsync<RpcException>(() => CallAsync([1], gateway: gateway));

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("behind the gateway", failure.Status.Detail, StringComparison.Ordinal);
        Assert.Equal("1000", failure.Trailers.GetValue("grpc-retry-pushback-ms"));
    }

    [Fact]
    public async Task Rate_Exceeded_IsExhausted()
    {
        await using var gateway = await StartedService.StartAsync(
            GatewayUnderTest.Executable, [.. GatewayUnderTest.Settings(_gateway.Upstream.Address), ("Gateway:Burst", "1"), ("Gateway:RequestsPerSecond", "1")]);

        var calls = await Task.WhenAll(Enumerable.Range(0, 10).Select(async _ =>
        {
            try
            {
                await CallAsync([1], gateway: gateway);
                return StatusCode.OK;
            }
            catch (RpcException failure)
            {
                return failure.StatusCode;
            }
        }));

        Assert.Contains(StatusCode.ResourceExhausted, calls);
        Assert.All(calls, status => Assert.True(status is StatusCode.OK or StatusCode.ResourceExhausted or StatusCode.Unavailable, $"{status}"));
    }

    private static async Task EchoCallAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        context.Response.ContentType = "application/grpc";
        await context.Response.Body.WriteAsync(body.ToArray());
        context.Response.AppendTrailer("grpc-status", "0");
    }

    private async Task<byte[]> CallAsync(
        byte[] message, string? key = GatewayUnderTest.EdgeKey, Metadata? headers = null, string method = "ModelInfer", StartedService? gateway = null, DateTime? deadline = null)
    {
        var bytes = new Marshaller<byte[]>(value => value, value => value);
        using var channel = GrpcChannel.ForAddress((gateway ?? _gateway.Service).Address);
        headers ??= [];

        if (key is not null)
        {
            headers.Add("x-api-key", key);
        }

        return await channel.CreateCallInvoker().AsyncUnaryCall(
            new Method<byte[], byte[]>(MethodType.Unary, "inference.GRPCInferenceService", method, bytes, bytes), null, new CallOptions(headers, deadline), message);
    }
}
