using System.Net;
using System.Net.Http.Headers;
using System.Text;
using InferenceTracing.ServiceDefaults.Requests;
using InferenceTracing.TestBed;

namespace InferenceTracing.Gateway.Tests.Keys;

public sealed class ApiKeyTests : IClassFixture<GatewayUnderTest>
{
    private readonly GatewayUnderTest _gateway;

    public ApiKeyTests(GatewayUnderTest gateway) => _gateway = gateway.Fresh();

    [Theory]
    [InlineData("x-api-key", GatewayUnderTest.EdgeKey)]
    [InlineData("Authorization", "Bearer " + GatewayUnderTest.EdgeKey)]
    [InlineData("Authorization", "bearer " + GatewayUnderTest.EdgeKey)]
    public async Task Key_Known_OpensTheRoute(string header, string value)
    {
        using var answer = await SendAsync(header, value);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Key_AsBasicPassword_OpensTheRoute()
    {
        using var answer = await SendAsync("Authorization", Basic("edge-1", GatewayUnderTest.EdgeKey));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("x-api-key", "not-a-key-0123456789")]
    [InlineData("x-api-key", "")]
    [InlineData("Authorization", "Bearer not-a-key-0123456789")]
    [InlineData("Authorization", "Bearer")]
    [InlineData("Authorization", "Basic not-base64!")]
    [InlineData("Authorization", "Basic bm9jb2xvbg==")]
    [InlineData("Authorization", "Digest " + GatewayUnderTest.EdgeKey)]
    [InlineData("x-something-else", GatewayUnderTest.EdgeKey)]
    public async Task Key_MissingOrWrong_Answers401AndAsksForOne(string header, string value)
    {
        using var answer = await SendAsync(header, value);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal("Basic", Assert.Single(answer.Headers.WwwAuthenticate).Scheme);
        Assert.Contains("API key", await GatewayUnderTest.ErrorAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Key_OfAnotherScope_Answers403()
    {
        using var answer = await SendAsync("x-api-key", GatewayUnderTest.ReaderKey);

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.NotEmpty(await GatewayUnderTest.ErrorAsync(answer));
    }

    /// <summary>
    /// OTLP's exporters try again after 429, 502, 503 and 504 only: an edge whose key is not known yet, or no longer, would drop all it has queued.
    /// </summary>
    [Theory]
    [InlineData("x-api-key", "not-a-key-0123456789")]
    [InlineData("Authorization", "Bearer not-a-key-0123456789")]
    [InlineData("x-api-key", GatewayUnderTest.ReaderKey)]
    public async Task Telemetry_KeyNotAccepted_MayBeTriedAgain(string header, string value)
    {
        using var answer = await SendAsync(header, value, "/v1/traces");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(15), answer.Headers.RetryAfter!.Delta);
        Assert.Contains("key", await GatewayUnderTest.ErrorAsync(answer), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Telemetry_WithoutAKey_Answers401()
    {
        using var answer = await SendAsync("x-something-else", GatewayUnderTest.EdgeKey, "/v1/traces");

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Sampling_OfAnEdge_IsAskedOfJaeger()
    {
        using var answer = await _gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/sampling?service=preprocessing"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("/sampling", _gateway.Upstream.AskedPath);
    }

    /// <summary>Whoever may look at traces may change none.</summary>
    [Theory]
    [InlineData("GET", 200)]
    [InlineData("HEAD", 200)]
    [InlineData("POST", 405)]
    [InlineData("DELETE", 405)]
    public async Task Key_OfTheTraces_OnlyReads(string method, int status)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/jaeger/api/archive/0af7651916cd43dd8448eb211c80319c");
        request.Headers.Add("x-api-key", GatewayUnderTest.ReaderKey);

        using var answer = await _gateway.Service.Client.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
    }

    /// <summary>Jaeger's page without the slash is one without its parts.</summary>
    [Fact]
    public async Task Jaeger_WithoutASlash_IsSentToItsPage()
    {
        using var client = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });

        using var answer = await client.GetAsync(new Uri(_gateway.Service.Client.BaseAddress!, "/jaeger?service=edge"));

        Assert.Equal((308, "/jaeger/?service=edge"), ((int)answer.StatusCode, answer.Headers.Location!.OriginalString));
    }

    [Fact]
    public async Task Baggage_OfACaller_StaysInTheGateway()
    {
        var (request, _) = GatewayUnderTest.Inference();
        request.Headers.Add("baggage", "user=alice");

        using var answer = await _gateway.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.False(_gateway.Upstream.Asked.ContainsKey("baggage"));
    }

    [Fact]
    public async Task Key_OfAnEdge_DoesNotOpenTheTraces()
    {
        using var answer = await _gateway.SendAsync(new HttpRequestMessage(HttpMethod.Get, "/jaeger/search"));

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
    }

    [Theory]
    [InlineData("x-api-key", GatewayUnderTest.EdgeKey)]
    [InlineData("Authorization", "Bearer " + GatewayUnderTest.EdgeKey)]
    public async Task Key_Known_StaysInTheGateway(string header, string value)
    {
        using var answer = await SendAsync(header, value);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain(_gateway.Upstream.Asked, asked => asked.Value.ToString().Contains(GatewayUnderTest.EdgeKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Key_Known_IsInNoSpan()
    {
        var (request, traceId) = GatewayUnderTest.Inference();
        using var answer = await _gateway.SendAsync(request);

        var spans = await _gateway.Collector.TraceAsync(traceId, spans => spans.Count == 2);

        Assert.DoesNotContain(spans.SelectMany(span => span.Attributes), attribute => attribute.Value.Contains(GatewayUnderTest.EdgeKey, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Anonymous_Allowed_NeedsNoKey()
    {
        await using var gateway = await StartedService.StartAsync(
            GatewayUnderTest.Executable,
            [("Gateway:AllowAnonymous", "true"), ("ReverseProxy:Clusters:ensemble:Destinations:0:Address", _gateway.Upstream.Address.ToString())]);

        using var answer = await gateway.Client.PostAsync(GatewayUnderTest.InferPath, new ByteArrayContent([1]));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task Start_NoKeysAndNotAnonymous_Refuses()
    {
        await using var gateway = await StartedService.RunAsync(GatewayUnderTest.Executable);

        Assert.Equal(1, gateway.ExitCode);
        Assert.Contains("Gateway:ApiKeys", Assert.Single(gateway.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Gateway:ApiKeys:edge-1:Key", "short", "Gateway:ApiKeys:edge-1:Key")]
    [InlineData("Gateway:ApiKeys:edge-1:Scopes:0", "everything", "everything")]
    [InlineData("Gateway:ApiKeys:edge-2:Key", GatewayUnderTest.EdgeKey, "edge-2")]
    [InlineData("Gateway:MaxBodyBytes", "1", "Gateway:MaxBodyBytes")]
    [InlineData("Gateway:RequestsPerSecond", "0", "Gateway:RequestsPerSecond")]
    [InlineData("Gateway:Burst", "lots", "Gateway:Burst")]
    [InlineData("Gateway:BackgroundAtOnce", "0", "Gateway:BackgroundAtOnce")]
    [InlineData("ReverseProxy:Clusters:ensemble:Destinations:0:Address", "nowhere", "nowhere")]
    [InlineData("ReverseProxy:Routes:infer:AuthorizationPolicy", "nobody", "nobody")]
    public async Task Start_SettingInvalid_SaysSoInOneLineWithoutTheKey(string setting, string value, string named)
    {
        await using var gateway = await StartedService.RunAsync(
            GatewayUnderTest.Executable, [("Gateway:ApiKeys:edge-1:Key", GatewayUnderTest.EdgeKey), (setting, value)]);

        Assert.Equal(1, gateway.ExitCode);
        var line = Assert.Single(gateway.Errors);
        Assert.Contains(named, line, StringComparison.Ordinal);
        Assert.DoesNotContain(GatewayUnderTest.EdgeKey, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rate_Exceeded_Answers429WithRetryAfter()
    {
        await using var gateway = await StartedService.StartAsync(
            GatewayUnderTest.Executable,
            [.. GatewayUnderTest.Settings(_gateway.Upstream.Address), ("Gateway:Burst", "1"), ("Gateway:RequestsPerSecond", "1")]);

        // Ten at once find one token, and no more than one a second comes after it.
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => GatewayUnderTest.SendAsync(gateway, GatewayUnderTest.Inference().Request)));

        Assert.Contains(answers, answer => answer.IsSuccessStatusCode);
        var refused = answers.First(answer => answer.StatusCode == HttpStatusCode.TooManyRequests);
        Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        Assert.NotEmpty(await GatewayUnderTest.ErrorAsync(refused));
    }

    /// <summary>What an outbox sends waits behind the gateway for its turn, and may not fill the house; whoever has somebody waiting comes in all the same.</summary>
    [Fact]
    public async Task Background_AllPlacesTaken_IsRefusedAndLiveRequestsAreNot()
    {
        await using var gateway = await StartedService.StartAsync(
            GatewayUnderTest.Executable, [.. GatewayUnderTest.Settings(_gateway.Upstream.Address), ("Gateway:BackgroundAtOnce", "2")]);
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var waiting = 0;
        _gateway.Upstream.Answer = async context =>
        {
            if (context.Request.Headers["priority"] == "u=7")
            {
                Interlocked.Increment(ref waiting);
                await release.Task;
            }
        };
        var first = Enumerable.Range(0, 2).Select(_ => GatewayUnderTest.SendAsync(gateway, Background())).ToList();
        await Patience.UntilAsync(() => Task.FromResult(Volatile.Read(ref waiting)), count => count == 2);

        using var refused = await GatewayUnderTest.SendAsync(gateway, Background());
        using var live = await GatewayUnderTest.SendAsync(gateway, GatewayUnderTest.Inference().Request);
        release.SetResult();
        var answers = await Task.WhenAll(first);
        using var later = await GatewayUnderTest.SendAsync(gateway, Background());

        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(1)), (refused.StatusCode, refused.Headers.RetryAfter?.Delta));
        Assert.Equal("background_full", Assert.Single(refused.Headers.GetValues(ErrorType.Header)));
        Assert.Contains("background", await GatewayUnderTest.ErrorAsync(refused), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, live.StatusCode);
        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(HttpStatusCode.OK, later.StatusCode);

        static HttpRequestMessage Background()
        {
            var request = GatewayUnderTest.Inference().Request;
            request.Headers.Add("priority", "u=7");
            return request;
        }
    }

    private Task<HttpResponseMessage> SendAsync(string header, string value, string path = GatewayUnderTest.InferPath)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent([1, 2, 3]) };
        request.Headers.TryAddWithoutValidation(header, value);
        return _gateway.Service.Client.SendAsync(request);
    }

    private static string Basic(string user, string password) =>
        new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"))).ToString();
}
