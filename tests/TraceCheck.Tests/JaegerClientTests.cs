using InferenceTracing.TestBed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace InferenceTracing.TraceCheck.Tests;

public sealed class JaegerClientTests : IAsyncLifetime
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    private readonly string _recorded = File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Recorded", "trace.json"));
    private readonly HttpClient _http = new();
    private LocalServer _server = null!;
    private int _notYet;
    private int _asked;

    public async ValueTask InitializeAsync()
    {
        _server = await LocalServer.StartAsync(app =>
        {
            app.MapGet($"/ui/api/traces/{TraceId}", () => _asked++ < _notYet
                ? Results.Json(new { data = Array.Empty<object>(), errors = new[] { new { code = 404, msg = "trace not found" } } }, statusCode: 404)
                : Results.Content(_recorded, "application/json"));
            app.MapGet("/ui/api/traces/empty", () => Results.Json(new { data = Array.Empty<object>() }));
            app.MapGet("/ui/api/traces/broken", () => Results.StatusCode(500));
        });
        _http.BaseAddress = new Uri(_server.Address, "ui/");
    }

    public ValueTask DisposeAsync()
    {
        _http.Dispose();
        return _server.DisposeAsync();
    }

    [Fact]
    public async Task GetTrace_Known_ReadsItsSpans()
    {
        var spans = await new JaegerClient(_http, TimeProvider.System).GetTraceAsync(TraceId, CancellationToken.None);

        Assert.Equal(["ensemble POST /v2/models/{model}/infer (server)", "mobilenetv2 inference.run (internal)"], spans.Select(span => span.ToString()));
        Assert.Equal([null, "b7ad6b7169203331"], spans.Select(span => span.ParentId));
    }

    [Fact]
    public async Task GetTrace_Known_ReadsTimesToTheMicrosecond()
    {
        var span = (await new JaegerClient(_http, TimeProvider.System).GetTraceAsync(TraceId, CancellationToken.None))[0];

        Assert.Equal(DateTimeOffset.UnixEpoch.AddMicroseconds(1764000000123456), span.Start);
        Assert.Equal(TimeSpan.FromMicroseconds(25125), span.Duration);
    }

    [Fact]
    public async Task GetTrace_Known_ReadsAttributesAsText()
    {
        var span = (await new JaegerClient(_http, TimeProvider.System).GetTraceAsync(TraceId, CancellationToken.None))[0];

        Assert.True(span.Failed);
        Assert.Equal("503", span.Tags["http.response.status_code"]);
        Assert.Equal("false", span.Tags["inference.ensemble.degraded"]);
        Assert.Equal("0.930125", span.Tags["inference.top.probability"]);
    }

    [Fact]
    public async Task GetTrace_LinkedSpan_KeepsLinkAndParentApart()
    {
        var run = (await new JaegerClient(_http, TimeProvider.System).GetTraceAsync(TraceId, CancellationToken.None))[1];

        Assert.Equal("b7ad6b7169203331", run.ParentId);
        Assert.Equal("2222222222222222", Assert.Single(run.Links));
        Assert.False(run.Failed);
    }

    [Theory]
    [InlineData("unknown")]
    [InlineData("empty")]
    public async Task GetTrace_NotKnown_IsEmpty(string traceId) =>
        Assert.Empty(await new JaegerClient(_http, TimeProvider.System).GetTraceAsync(traceId, CancellationToken.None));

    [Fact]
    public async Task GetTrace_QueryServiceFails_Throws() =>
        await Assert.ThrowsAsync<HttpRequestException>(() => new JaegerClient(_http, TimeProvider.System).GetTraceAsync("broken", CancellationToken.None));

    [Fact]
    public async Task WaitForTrace_ComesLater_ReturnsItThen()
    {
        _notYet = 2;

        var spans = await new JaegerClient(_http, TimeProvider.System).WaitForTraceAsync(TraceId, spans => spans.Count == 2, Patience.Span, CancellationToken.None);

        Assert.Equal(2, spans.Count);
        Assert.Equal(3, _asked);
    }

    [Fact]
    public async Task WaitForTrace_NeverComplete_ReturnsWhatThereIs()
    {
        var spans = await new JaegerClient(_http, TimeProvider.System).WaitForTraceAsync(TraceId, _ => false, TimeSpan.Zero, CancellationToken.None);

        Assert.Equal(2, spans.Count);
    }
}
