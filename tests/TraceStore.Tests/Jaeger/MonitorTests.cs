using System.Text.Json;

namespace InferenceTracing.TraceStore.Tests.Jaeger;

/// <summary>The Monitor tab's figures, in the form in which Jaeger writes its <c>MetricFamily</c>.</summary>
public sealed class MonitorTests(MonitorTests.Stored stored) : IClassFixture<MonitorTests.Stored>
{
    // Everything began within the second before this; whole seconds, so that the times are written without a fraction.
    private static readonly long EndMillis = ((long)(OtlpBytes.Epoch / 1_000_000) + 2_000) / 1_000 * 1_000;

    private static string End => Time(EndMillis);

    [Fact]
    public async Task Calls_AreASecond() => Assert.Equal(
        $$"""{"name":"service_call_rate","type":"GAUGE","help":"calls/sec, grouped by service","metrics":[{"labels":[{"name":"service_name","value":"a b"}],"metricPoints":[{"gaugeValue":{"doubleValue":0},"timestamp":"{{Time(EndMillis - 60_000)}}"},{"gaugeValue":{"doubleValue":0.4},"timestamp":"{{End}}"}]}]}""",
        await AskAsync("calls?service=a b&lookback=60000&step=60000&ratePer=10000"));

    [Fact]
    public async Task Errors_AreAShareOfTheCallsAndNothingWithoutAny() => Assert.Equal(
        $$"""{"name":"service_error_rate","type":"GAUGE","help":"error rate, computed as a fraction of errors/sec over calls/sec, grouped by service","metrics":[{"labels":[{"name":"service_name","value":"a b"}],"metricPoints":[{"gaugeValue":{"doubleValue":"NaN"},"timestamp":"{{Time(EndMillis - 60_000)}}"},{"gaugeValue":{"doubleValue":0.25},"timestamp":"{{End}}"}]}]}""",
        await AskAsync("errors?service=a b&lookback=60000&step=60000&ratePer=10000"));

    [Theory]
    [InlineData("0.5", 20)]
    [InlineData("0.75", 30)]
    [InlineData("0.95", 40.5)]
    [InlineData("0", 10)]
    [InlineData("1", 40.5)]
    public async Task Latencies_AreMilliseconds(string quantile, double millis)
    {
        var family = await ParsedAsync($"latencies?service=a b&quantile={quantile}&lookback=0");

        Assert.Equal(millis, Value(family.GetProperty("metrics")[0].GetProperty("metricPoints")[0]));
    }

    [Fact]
    public async Task Latencies_ByOperation_AreNamedSo()
    {
        var family = await ParsedAsync("latencies?service=a b&quantile=0.95&lookback=0&groupByOperation=true");

        Assert.Equal("service_operation_latencies", family.GetProperty("name").GetString());
        Assert.Equal("0.95th quantile latency, grouped by service & operation", family.GetProperty("help").GetString());
        Assert.Equal(
            [
                """[{"name":"service_name","value":"a b"},{"name":"operation","value":"GET /x"}]""",
                """[{"name":"service_name","value":"a b"},{"name":"operation","value":"GET /y"}]""",
            ],
            family.GetProperty("metrics").EnumerateArray().Select(metric => metric.GetProperty("labels").GetRawText()));
    }

    [Theory]
    [InlineData("", 4)]
    [InlineData("&spanKind=client", 1)]
    [InlineData("&spanKind=SERVER&spanKind=client", 5)]
    [InlineData("&spanKind=unspecified", 1)]
    [InlineData("&service=other", 4)]
    public async Task Kinds_OfSpans_AreServersUnlessAskedFor(string query, int calls)
    {
        var family = await ParsedAsync($"calls?service=a b&lookback=0&ratePer=10000{query}");

        Assert.Equal(calls, 10 * Value(family.GetProperty("metrics")[0].GetProperty("metricPoints")[0]));
    }

    [Fact]
    public async Task Services_Several_AreALineEach()
    {
        var family = await ParsedAsync("calls?service=other&service=a b&lookback=0");

        Assert.Equal(
            ["other", "a b"], family.GetProperty("metrics").EnumerateArray().Select(metric => metric.GetProperty("labels")[0].GetProperty("value").GetString()));
    }

    [Fact]
    public async Task Service_NobodyKnows_HasNoLine() => Assert.Equal(
        """{"name":"service_call_rate","type":"GAUGE","help":"calls/sec, grouped by service","metrics":[]}""", await AskAsync("calls?service=nobody"));

    [Fact]
    public async Task Defaults_AreAnHourInStepsOfFiveSecondsOverTenMinutes()
    {
        var points = (await ParsedAsync("calls?service=a b")).GetProperty("metrics")[0].GetProperty("metricPoints");

        Assert.Equal((721, Time(EndMillis - 3_600_000)), (points.GetArrayLength(), points[0].GetProperty("timestamp").GetString()));
        Assert.Equal(4 / 600.0, Value(points[720]));
    }

    [Fact]
    public async Task Window_BeginsAfterWhatIsOlder()
    {
        var family = await stored.Store.GetAsync($"/api/metrics/calls?service=a b&endTs={EndMillis + 20_000}&lookback=20000&step=5000&ratePer=10000");

        Assert.Equal([0.4, 0.4, 0, 0, 0], family.GetProperty("metrics")[0].GetProperty("metricPoints").EnumerateArray().Select(Value));
    }

    [Theory]
    [InlineData("calls", "unable to parse param 'service': please provide at least one service name")]
    [InlineData("latencies?service=s", "unable to parse param 'quantile'")]
    [InlineData("latencies?service=s&quantile=2", "unable to parse param 'quantile'")]
    [InlineData("errors?service=s&spanKind=worker", "unable to parse param 'spanKind': unsupported span kind: 'worker'")]
    [InlineData("errors?service=s&spanKind=2", "unable to parse param 'spanKind': unsupported span kind: '2'")]
    [InlineData("calls?service=s&groupByOperation=perhaps", "unable to parse param 'groupByOperation'")]
    [InlineData("calls?service=s&step=0", "unable to parse param 'step'")]
    [InlineData("calls?service=s&ratePer=0", "unable to parse param 'ratePer'")]
    [InlineData("calls?service=s&lookback=3600000&step=1", "unable to parse param 'step': more than 11000 points come of it")]
    public async Task Question_ThatCannotBeAnswered_SaysWhyInTheEnvelope(string path, string message)
    {
        var (status, body) = await stored.Store.TryGetAsync($"/api/metrics/{path}");

        Assert.Equal(400, status);
        Assert.StartsWith(message, body.GetProperty("errors")[0].GetProperty("msg").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Times_AtTheirEnd_DoNotWrapAround()
    {
        var last = ulong.MaxValue / 1_000_000;

        var family = await stored.Store.GetAsync($"/api/metrics/calls?service=a b&endTs={last}&lookback={last}&step={last / 2}");

        Assert.Equal(3, family.GetProperty("metrics")[0].GetProperty("metricPoints").GetArrayLength());
    }

    private static string Time(long millis) => DateTimeOffset.FromUnixTimeMilliseconds(millis).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'");

    private static double Value(JsonElement point) => point.GetProperty("gaugeValue").GetProperty("doubleValue").GetDouble();

    private Task<string> AskAsync(string query) => stored.Store.Client.GetStringAsync($"/api/metrics/{query}&endTs={EndMillis}");

    private async Task<JsonElement> ParsedAsync(string query)
    {
        using var document = JsonDocument.Parse(await AskAsync(query));
        return document.RootElement.Clone();
    }

    /// <summary>One store with these spans for all tests here.</summary>
    public sealed class Stored : IAsyncLifetime
    {
        internal RunningStore Store { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Store = await RunningStore.StartAsync();
            var failed = OtlpBytes.Span(Ids.Trace(1), Ids.Span(3), name: "GET /y", millis: 30).Message(15, new OtlpBytes().Varint(3, 2));
            var half = OtlpBytes.Span(Ids.Trace(2), Ids.Span(4), name: "GET /x", millis: 0);
            half.Fixed64(8, OtlpBytes.Epoch + 40_500_000);
            using var first = await Store.ExportAsync(OtlpBytes.Request(
                "a b",
                OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), name: "GET /x", millis: 10),
                OtlpBytes.Span(Ids.Trace(1), Ids.Span(2), name: "GET /x", millis: 20),
                failed,
                half,
                OtlpBytes.Span(Ids.Trace(2), Ids.Span(5), name: "GET /z", kind: 3),
                OtlpBytes.Span(Ids.Trace(2), Ids.Span(6), name: "GET /z", kind: 0)));
            using var second = await Store.ExportAsync(OtlpBytes.Request("other", OtlpBytes.Span(Ids.Trace(2), Ids.Span(7))));
        }

        public ValueTask DisposeAsync() => Store.DisposeAsync();
    }
}
