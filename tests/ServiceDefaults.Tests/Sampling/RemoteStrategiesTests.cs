using System.Diagnostics;
using InferenceTracing.ServiceDefaults.Sampling;
using InferenceTracing.TestBed;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace InferenceTracing.ServiceDefaults.Tests.Sampling;

/// <summary>The answers are those of Jaeger 2.20's sampling service to the file of strategies beside each.</summary>
public sealed class RemoteStrategiesTests : IAsyncDisposable
{
    private const string Half = """{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.5},"rateLimitingSampling":null,"operationSampling":null}""";
    private const string Ten = """{"strategyType":"RATE_LIMITING","probabilisticSampling":null,"rateLimitingSampling":{"maxTracesPerSecond":10},"operationSampling":null}""";
    private const string None = """{"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0},"rateLimitingSampling":null,"operationSampling":null}""";

    private const string ByOperation = """
        {"strategyType":"PROBABILISTIC","probabilisticSampling":{"samplingRate":0.5},"rateLimitingSampling":null,"operationSampling":
         {"defaultSamplingProbability":1,"defaultLowerBoundTracesPerSecond":0,"defaultUpperBoundTracesPerSecond":0,"perOperationStrategies":[
          {"operation":"POST /preprocessing","probabilisticSampling":{"samplingRate":0}},
          {"operation":"POST /v2/models/{model}/infer","probabilisticSampling":{"samplingRate":0.25}}]}}
        """;

    private readonly Clock _clock = new();
    private LocalServer? _jaeger;

    private string Answer { get; set; } = Half;

    private bool Away { get; set; }

    private string? AskedFor { get; set; }

    private string? Key { get; set; }

    public async ValueTask DisposeAsync()
    {
        if (_jaeger is not null)
        {
            await _jaeger.DisposeAsync();
        }
    }

    [Fact]
    public async Task Asks_ForTheServiceWithItsKey_AndKeepsThatShare()
    {
        using var strategies = await StartAsync("edge a&b");

        await SeenAsync(() => Kept(strategies, 4000, "POST", "/anything") is > 1800 and < 2200);

        Assert.Equal(("edge a&b", "the-key-of-an-edge"), (AskedFor, Key));
    }

    [Fact]
    public async Task Operations_HaveTheirOwnShares()
    {
        Answer = ByOperation;
        using var strategies = await StartAsync("preprocessing");

        await SeenAsync(() => Kept(strategies, 100, "POST", "/preprocessing") == 0);

        Assert.Equal(0, Kept(strategies, 100, "POST", "/Preprocessing/"));
        Assert.Equal(100, Kept(strategies, 100, "POST", "/v1/classify"));
        Assert.InRange(Kept(strategies, 4000, "POST", "/v2/models/ensemble/infer"), 850, 1150);
        Assert.Equal(100, Kept(strategies, 100, "POST", "/v2/models/ensemble/versions/1/infer"));
    }

    [Fact]
    public async Task RateLimit_KeepsSoManyASecond()
    {
        Answer = Ten;
        using var strategies = await StartAsync("gateway");

        await SeenAsync(() => Kept(strategies, 100, "POST", "/") == 10);
        _clock.Forward(TimeSpan.FromSeconds(0.5));

        Assert.Equal(5, Kept(strategies, 100, "POST", "/"));
    }

    [Fact]
    public async Task LowerBound_SeldomOnesAreSeen()
    {
        Answer = ByOperation.Replace("LowerBoundTracesPerSecond\":0", "LowerBoundTracesPerSecond\":2", StringComparison.Ordinal);
        using var strategies = await StartAsync("preprocessing");

        await SeenAsync(() => Kept(strategies, 100, "POST", "/preprocessing") == 2);
    }

    [Fact]
    public async Task Changed_IsFollowed_AndAwayKeepsTheLast()
    {
        using var strategies = await StartAsync("preprocessing");
        await SeenAsync(() => Kept(strategies, 400, "POST", "/") < 400);
        Answer = None;
        await SeenAsync(() => Kept(strategies, 400, "POST", "/") == 0);

        foreach (var odd in new[] { "", "[]", "{}", "<html>", """{"probabilisticSampling":{"samplingRate":7}}""", new string(' ', 1 << 19) })
        {
            Answer = odd;
            AskedFor = null;
            await SeenAsync(() => AskedFor is not null);
        }

        Away = true;
        AskedFor = null;
        await SeenAsync(() => AskedFor is not null);
        Assert.Equal(0, Kept(strategies, 400, "POST", "/"));
        (Away, Answer) = (false, Half);
        await SeenAsync(() => Kept(strategies, 400, "POST", "/") is > 0 and < 400);
    }

    [Fact]
    public async Task NotAnsweredYet_InitialShareStands()
    {
        Away = true;
        using var strategies = await StartAsync("preprocessing", initial: 0);
        await SeenAsync(() => AskedFor is not null);

        Assert.Equal(0, Kept(strategies, 400, "POST", "/"));
    }

    private static int Kept(RemoteStrategies strategies, int traces, string method, string path) =>
        Enumerable.Range(0, traces).Count(_ => strategies.Current.Keeps(ActivityTraceId.CreateRandom(), method, path));

    private static Task SeenAsync(Func<bool> seen) => Patience.UntilAsync(() => Task.FromResult(seen()), done => done);

    private async Task<RemoteStrategies> StartAsync(string service, double initial = 1)
    {
        _jaeger = await LocalServer.StartAsync(app => app.MapGet("/sampling", (HttpContext context) =>
        {
            (AskedFor, Key) = (context.Request.Query["service"], context.Request.Headers["x-api-key"]);
            return Away ? Results.StatusCode(503) : Results.Text(Answer, "application/json");
        }));
        var settings = new SamplingSettings(initial, new Uri(_jaeger.Address, "/sampling"), TimeSpan.FromMilliseconds(20));
        var key = new ConfigurationBuilder().AddInMemoryCollection([new("Sampling:ApiKey", "the-key-of-an-edge")]).Build();
        var strategies = new RemoteStrategies(settings, service, key, _clock, NullLoggerFactory.Instance);
        await strategies.StartAsync(CancellationToken.None);
        return strategies;
    }

    /// <summary>Counts traces by a time of its own; waits as long as any other.</summary>
    private sealed class Clock : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => Volatile.Read(ref _ticks);

        public void Forward(TimeSpan by) => Interlocked.Add(ref _ticks, by.Ticks);
    }
}
