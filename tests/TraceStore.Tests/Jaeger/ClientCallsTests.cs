using System.Globalization;

namespace InferenceTracing.TraceStore.Tests.Jaeger;

/// <summary>
/// The calls that clients really make, as their sources have them, and of each answer the status and the names at its top. Braces stand for
/// times around now: milli- and microseconds, and RFC 3339.
/// </summary>
public sealed class ClientCallsTests(ClientCallsTests.Stored stored) : IClassFixture<ClientCallsTests.Stored>
{
    private const string Envelope = "data total limit offset errors";
    private const string Family = "name type help metrics";

    /// <summary>jaeger-ui 2.20 and the one of 2.21: packages/jaeger-ui/src/api/v3/client.ts, .../api/jaeger.ts, TracePageHeader/AltViewOptions.tsx.</summary>
    [Theory]
    [InlineData("GET /api/v3/services", 200, "services")]
    [InlineData("GET /api/v3/operations?service=front%2Fdesk", 200, "operations")]
    [InlineData("GET /api/v3/trace-summaries?query.serviceName=front%2Fdesk&query.startTimeMin={from}&query.startTimeMax={to}&query.searchDepth=20&query.durationMin=1ms&query.attributes=%7B%22k%22%3A%22v%22%7D", 200, "summaries")]
    [InlineData("GET /api/v3/trace-summaries?query.startTimeMin={from}&query.startTimeMax={to}&query.searchDepth=20", 200, "summaries")]
    [InlineData("GET /api/traces/0af7651916cd43dd8448eb211c80319c", 200, Envelope)]
    [InlineData("GET /api/traces/0af7651916cd43dd8448eb211c80319c?prettyPrint=true", 200, Envelope)]
    [InlineData("GET /api/traces/0af7651916cd43dd8448eb211c80319c?raw=true&prettyPrint=true", 200, Envelope)]
    [InlineData("GET /api/traces/1af7651916cd43dd8448eb211c80319c", 404, Envelope)]
    [InlineData("POST /api/archive/0af7651916cd43dd8448eb211c80319c", 200, Envelope)]
    [InlineData("POST /api/transform {\"resourceSpans\":[]}", 200, Envelope)]
    [InlineData("GET /api/dependencies?endTs={toMillis}&lookback=604800000", 200, Envelope)]
    [InlineData("GET /api/metrics/latencies?service=front/desk&endTs={toMillis}&lookback=3600000&quantile=0.5&ratePer=600000&spanKind=server&step=60000", 200, Family)]
    [InlineData("GET /api/metrics/calls?service=front/desk&endTs={toMillis}&lookback=3600000&quantile=0.95&ratePer=600000&spanKind=server&step=60000", 200, Family)]
    [InlineData("GET /api/metrics/errors?service=front/desk&endTs={toMillis}&groupByOperation=true&lookback=172800000&quantile=0.95&ratePer=600000&spanKind=client&step=60000", 200, Family)]
    public Task Answer_ToJaegersPage(string call, int status, string names) => CheckAsync(call, status, names);

    /// <summary>What pages up to 2.19 ask as well, and Jaeger 2.21 no longer answers: packages/jaeger-ui/src/api/jaeger.js at 1.60.</summary>
    [Theory]
    [InlineData("GET /api/services", 200, Envelope)]
    [InlineData("GET /api/services/front%2Fdesk/operations", 200, Envelope)]
    [InlineData("GET /api/operations?service=front%2Fdesk&spanKind=server", 200, Envelope)]
    [InlineData("GET /api/traces?end={toMicros}&limit=20&lookback=1h&maxDuration&minDuration&service=front%2Fdesk&start={fromMicros}", 200, Envelope)]
    [InlineData("GET /api/traces?traceID=0af7651916cd43dd8448eb211c80319c&traceID=1af7651916cd43dd8448eb211c80319c", 200, Envelope)]
    public Task Answer_ToOlderPages(string call, int status, string names) => CheckAsync(call, status, names);

    /// <summary>Grafana: pkg/tsdb/jaeger/client.go, and grpc_client.go behind its feature flag. Its times in /api/traces/{id} are not micro-, but milliseconds.</summary>
    [Theory]
    [InlineData("GET /api/services", 200, Envelope)]
    [InlineData("GET /api/services/front%2Fdesk/operations", 200, Envelope)]
    [InlineData("GET /api/traces?end={toMicros}&limit=20&maxDuration=5s&minDuration=1ms&operation=GET+%2Fa&service=front%2Fdesk&start={fromMicros}&tags=%7B%22k%22%3A%22v%22%7D", 200, Envelope)]
    [InlineData("GET /api/traces/0af7651916cd43dd8448eb211c80319c?end={toMillis}&start={fromMillis}", 200, Envelope)]
    [InlineData("GET /api/dependencies?endTs={toMillis}&lookback=21600000", 200, Envelope)]
    [InlineData("GET /api/v3/services", 200, "services")]
    [InlineData("GET /api/v3/operations?service=front%2Fdesk", 200, "operations")]
    [InlineData("GET /api/v3/traces?query.service_name=front%2Fdesk&query.start_time_min={from}&query.start_time_max={to}", 200, "result")]
    [InlineData("GET /api/v3/traces?query.service_name=nobody&query.start_time_min={from}&query.start_time_max={to}", 404, "error")]
    [InlineData("GET /api/v3/traces/0af7651916cd43dd8448eb211c80319c?start_time={from}&end_time={to}", 200, "result")]
    public Task Answer_ToGrafana(string call, int status, string names) => CheckAsync(call, status, names);

    private static string Filled(string call)
    {
        var (from, to) = (DateTimeOffset.UtcNow.AddHours(-6), DateTimeOffset.UtcNow.AddMinutes(1));
        string Rfc3339(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'89Z'", CultureInfo.InvariantCulture);
        string Number(long number) => number.ToString(CultureInfo.InvariantCulture);

        return call
            .Replace("{from}", Rfc3339(from), StringComparison.Ordinal)
            .Replace("{to}", Rfc3339(to), StringComparison.Ordinal)
            .Replace("{fromMillis}", Number(from.ToUnixTimeMilliseconds()), StringComparison.Ordinal)
            .Replace("{toMillis}", Number(to.ToUnixTimeMilliseconds()), StringComparison.Ordinal)
            .Replace("{fromMicros}", Number(from.ToUnixTimeMilliseconds() * 1_000), StringComparison.Ordinal)
            .Replace("{toMicros}", Number(to.ToUnixTimeMilliseconds() * 1_000), StringComparison.Ordinal);
    }

    private async Task CheckAsync(string call, int status, string names)
    {
        var parts = Filled(call).Split(' ', 3);
        using var request = new HttpRequestMessage(new HttpMethod(parts[0]), parts[1]);
        request.Content = parts.Length == 3 ? new StringContent(parts[2]) : null;

        using var answer = await stored.Store.Client.SendAsync(request);

        Assert.Equal((status, "application/json"), ((int)answer.StatusCode, answer.Content.Headers.ContentType?.ToString()));
        using var document = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        Assert.Equal(names, string.Join(' ', document.RootElement.EnumerateObject().Select(field => field.Name)));
    }

    /// <summary>One store with one trace for all tests here.</summary>
    public sealed class Stored : IAsyncLifetime
    {
        internal RunningStore Store { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Store = await RunningStore.StartAsync();
            using var _ = await Store.ExportAsync(OtlpBytes.Request(
                "front/desk", OtlpBytes.Span("0af7651916cd43dd8448eb211c80319c", Ids.Span(1), name: "GET /a", tags: ("k", "v"))));
        }

        public ValueTask DisposeAsync() => Store.DisposeAsync();
    }
}
