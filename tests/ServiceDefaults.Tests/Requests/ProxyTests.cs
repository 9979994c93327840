using System.Diagnostics;
using InferenceTracing.TestBed;
using InferenceTracing.TestBed.Traces;
using Microsoft.AspNetCore.Builder;

namespace InferenceTracing.ServiceDefaults.Tests.Requests;

/// <summary>A machine whose environment names a proxy for the world outside, which is down: the parts reach each other all the same.</summary>
public sealed class ProxyTests
{
    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Call_ProxyIsDown_ArrivesAndSoDoesItsSpan(string protocol)
    {
        var proxy = (await LocalServer.NowhereAsync()).ToString();
        await using var collector = await OtlpCollector.StartAsync();
        await using var called = await LocalServer.StartAsync(app => app.MapGet("/", () => "here"));
        await using var service = await StartedService.StartAsync(
            TracedSample.Name, [.. collector.Settings(protocol), ("http_proxy", proxy), ("https_proxy", proxy), ("all_proxy", proxy)]);
        var traceId = TraceContext.NewTraceId();
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/call?outside=false&address={Uri.EscapeDataString(called.Address.ToString())}");
        request.Headers.TryAddWithoutValidation("traceparent", TraceContext.Parent(traceId));

        using var answer = await service.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal("200", await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        await collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Client);
    }
}
