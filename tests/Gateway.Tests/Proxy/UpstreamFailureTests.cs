using System.Diagnostics;
using System.Net;
using InferenceTracing.TestBed;
using InferenceTracing.TestBed.Traces;

namespace InferenceTracing.Gateway.Tests.Proxy;

public sealed class UpstreamFailureTests
{
    [Fact]
    public async Task Upstream_Down_Answers503AndRecoversByItself()
    {
        var address = await LocalServer.NowhereAsync();
        await using var gateway = await StartedService.StartAsync(GatewayUnderTest.Executable, GatewayUnderTest.Settings(address));

        using var refused = await GatewayUnderTest.SendAsync(gateway, GatewayUnderTest.Inference().Request);
        await using var upstream = await Upstream.StartAsync(address.Port);
        var recovered = await Patience.UntilAsync(
            async () => (await GatewayUnderTest.SendAsync(gateway, GatewayUnderTest.Inference().Request)).StatusCode,
            status => status == HttpStatusCode.OK);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.NotNull(refused.Headers.RetryAfter);
        Assert.NotEmpty(await GatewayUnderTest.ErrorAsync(refused));
        Assert.Equal(HttpStatusCode.OK, recovered);
    }

    [Fact]
    public async Task Ready_UpstreamComes_Follows()
    {
        var address = await LocalServer.NowhereAsync();
        await using var gateway = await StartedService.StartAsync(GatewayUnderTest.Executable, GatewayUnderTest.Settings(address));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await ReadyAsync(gateway));

        await using var upstream = await Upstream.StartAsync(address.Port);

        Assert.Equal(HttpStatusCode.OK, await Patience.UntilAsync(() => ReadyAsync(gateway), status => status == HttpStatusCode.OK));
    }

    [Fact]
    public async Task Upstream_Down_MarksTheServerSpan()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var gateway = await StartedService.StartAsync(
            GatewayUnderTest.Executable, [.. GatewayUnderTest.Settings(await LocalServer.NowhereAsync()), .. collector.Settings()]);
        var (request, traceId) = GatewayUnderTest.Inference();

        using var answer = await GatewayUnderTest.SendAsync(gateway, request);

        var server = await collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal(ActivityStatusCode.Error, server.Status);
        Assert.Contains(server["error.type"], (string[])["upstream_unreachable", "no_healthy_upstream"]);
        Assert.Equal("503", server["http.response.status_code"]);
    }

    [Fact]
    public async Task Upstream_Hangs_Answers504()
    {
        await using var collector = await OtlpCollector.StartAsync();
        await using var upstream = await Upstream.StartAsync();
        upstream.Answer = context => Task.Delay(Timeout.Infinite, context.RequestAborted);
        await using var gateway = await StartedService.StartAsync(
            GatewayUnderTest.Executable,
            [.. GatewayUnderTest.Settings(upstream.Address), .. collector.Settings(), ("ReverseProxy:Clusters:ensemble:HttpRequest:ActivityTimeout", "00:00:01")]);
        var (request, traceId) = GatewayUnderTest.Inference();

        using var answer = await GatewayUnderTest.SendAsync(gateway, request);

        Assert.Equal(HttpStatusCode.GatewayTimeout, answer.StatusCode);
        Assert.NotEmpty(await GatewayUnderTest.ErrorAsync(answer));
        var server = await collector.SpanAsync(traceId, span => span.Kind == ActivityKind.Server);
        Assert.Equal((ActivityStatusCode.Error, "upstream_timeout"), (server.Status, server["error.type"]));
    }

    private static async Task<HttpStatusCode> ReadyAsync(StartedService gateway)
    {
        using var answer = await gateway.Client.GetAsync("/health/ready");
        return answer.StatusCode;
    }
}
