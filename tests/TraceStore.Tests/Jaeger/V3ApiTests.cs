using System.Text.Json;

namespace InferenceTracing.TraceStore.Tests.Jaeger;

/// <summary>The shapes of Jaeger's third API, field by field.</summary>
public sealed class V3ApiTests(V3ApiTests.Stored stored) : IClassFixture<V3ApiTests.Stored>
{
    private readonly RunningStore _store = stored.Store;

    private static string Window => $"query.startTimeMin={Rfc3339(-7_200)}&query.startTimeMax={Rfc3339(60)}";

    [Fact]
    public async Task Services_And_Operations()
    {
        Assert.Equal("""{"services":["back","front"]}""", await _store.Client.GetStringAsync("/api/v3/services"));
        Assert.Equal(
            """{"operations":[{"name":"lost","spanKind":"internal"},{"name":"work","spanKind":"internal"}]}""",
            await _store.Client.GetStringAsync("/api/v3/operations?service=back"));
        Assert.Equal(
            """{"operations":[{"name":"POST /x","spanKind":"server"}]}""",
            await _store.Client.GetStringAsync("/api/v3/operations?service=front&spanKind=server"));
    }

    [Fact]
    public async Task Summaries_OneLineATrace() => Assert.Equal(
        $$"""{"summaries":[{"traceId":"{{Ids.Trace(0xa)}}","rootServiceName":"front","rootOperationName":"POST /x","minStartTimeUnixNano":"{{OtlpBytes.Epoch}}","maxEndTimeUnixNano":"{{OtlpBytes.Epoch + 53_000_000}}","spanCount":3,"errorSpanCount":1,"orphanSpanCount":1,"services":[{"name":"back","spanCount":2,"errorSpanCount":1},{"name":"front","spanCount":1}]}]}""",
        await _store.Client.GetStringAsync($"/api/v3/trace-summaries?query.serviceName=front&{Window}"));

    [Theory]
    [InlineData("", 1)]
    [InlineData("query.operationName=work&query.serviceName=back", 1)]
    [InlineData("query.operationName=work&query.serviceName=front", 0)]
    [InlineData("query.durationMin=50ms", 1)]
    [InlineData("query.durationMin=51ms", 0)]
    [InlineData("query.durationMax=4ms", 0)]
    [InlineData("query.attributes={\"error\":\"true\"}", 1)]
    [InlineData("query.attributes={\"k\":\"w\"}", 0)]
    [InlineData("query.searchDepth=1", 1)]
    [InlineData("query.searchDepth=0", 1)]
    [InlineData("query.searchDepth=-1", 1)]
    [InlineData("query.attributes={\"event\":\"tick\"}", 1)]
    [InlineData("query.attributes={\"event\":\"tock\"}", 0)]
    public async Task Summaries_Parameters_Narrow(string query, int count) => Assert.Equal(
        count, (await _store.GetAsync($"/api/v3/trace-summaries?{Window}&{query}")).GetProperty("summaries").GetArrayLength());

    [Theory]
    [InlineData("/api/v3/trace-summaries?query.startTimeMin=2026-01-01T00:00:00Z", 400, "query.startTimeMin and query.startTimeMax are required")]
    [InlineData("/api/v3/traces?query.startTimeMin=2026-01-02T00:00:00Z&query.startTimeMax=2026-01-01T00:00:00Z", 400, "query.startTimeMin must be before query.startTimeMax")]
    [InlineData("/api/v3/traces?query.startTimeMin=2026-01-01T00:00:00Z&query.startTimeMax=2026-01-02T00:00:00Z", 404, "No traces found")]
    [InlineData("/api/v3/trace-summaries?query.startTimeMin=2026-01-01T00:00:00Z&query.startTimeMax=2026-01-02T00:00:00Z&query.attributes=[]", 400, "malformed parameter query.attributes: ")]
    [InlineData("/api/v3/trace-summaries?query.startTimeMin=2026-01-01T00:00:00Z&query.startTimeMax=2026-01-02T00:00:00Z&query.search_depth=x", 400, "malformed parameter query.search_depth: ")]
    [InlineData("/api/v3/trace-summaries?query.startTimeMin=yesterday&query.startTimeMax=2026-01-01T00:00:00Z", 400, "malformed parameter query.startTimeMin: ")]
    [InlineData("/api/v3/traces/ff", 404, "No traces found")]
    [InlineData("/api/v3/traces/-", 400, "malformed parameter trace_id: ")]
    public async Task Query_ThatCannotBeAnswered_SaysWhy(string path, int status, string message)
    {
        var (answered, body) = await _store.TryGetAsync(path);

        Assert.Equal((status, status), (answered, body.GetProperty("error").GetProperty("httpCode").GetInt32()));
        Assert.StartsWith(message, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Operations_WithoutAService_AreNone() =>
        Assert.Equal("""{"operations":[]}""", await _store.Client.GetStringAsync("/api/v3/operations"));

    [Fact]
    public async Task Trace_IsOtlpJson()
    {
        var resourceSpans = (await _store.GetAsync($"/api/v3/traces/{Ids.Trace(0xa)}")).GetProperty("result").GetProperty("resourceSpans");
        var front = resourceSpans[0];

        Assert.Equal(2, resourceSpans.GetArrayLength());
        Assert.Equal("""{"key":"service.name","value":{"stringValue":"front"}}""", front.GetProperty("resource").GetProperty("attributes")[0].GetRawText());
        Assert.Equal("""{"name":"test.scope","version":"1.2.3"}""", front.GetProperty("scopeSpans")[0].GetProperty("scope").GetRawText());
        Assert.Equal(
            $$$"""{"traceId":"{{{Ids.Trace(0xa)}}}","spanId":"{{{Ids.Span(1)}}}","name":"POST /x","kind":2,"startTimeUnixNano":"{{{OtlpBytes.Epoch}}}","endTimeUnixNano":"{{{OtlpBytes.Epoch + 20_000_000}}}","attributes":[{"key":"k","value":{"stringValue":"v"}},{"key":"n","value":{"intValue":"42"}}],"events":[{"timeUnixNano":"{{{OtlpBytes.Epoch}}}","name":"tick"}],"links":[{"traceId":"{{{Ids.Trace(0xb)}}}","spanId":"{{{Ids.Span(3)}}}"}],"status":{}}""",
            front.GetProperty("scopeSpans")[0].GetProperty("spans")[0].GetRawText());
        var failed = resourceSpans[1].GetProperty("scopeSpans")[0].GetProperty("spans")[0];
        Assert.Equal(Ids.Span(1), failed.GetProperty("parentSpanId").GetString());
        Assert.Equal("""{"message":"broken","code":2}""", failed.GetProperty("status").GetRawText());
    }

    [Fact]
    public async Task Trace_AsOtlpJson_CanBeExportedAgain()
    {
        var result = (await _store.GetAsync($"/api/v3/traces/{Ids.Trace(0xa)}")).GetProperty("result").GetRawText();
        await using var other = await RunningStore.StartAsync();

        using var answer = await other.ExportAsync(System.Text.Encoding.UTF8.GetBytes(result), "application/json");

        Assert.Equal(result, (await other.GetAsync($"/api/v3/traces/{Ids.Trace(0xa)}")).GetProperty("result").GetRawText());
    }

    [Fact]
    public async Task Trace_Base64Id_IsFound()
    {
        const string Slashed = "ffffffffffffffffffffffffffffff01";
        await using var store = await RunningStore.StartAsync();
        using var _ = await store.ExportAsync(OtlpBytes.Request("s", OtlpBytes.Span(Slashed, Ids.Span(1))));
        var id = Uri.EscapeDataString(Convert.ToBase64String(Convert.FromHexString(Slashed)));

        Assert.Contains("%2F", id, StringComparison.Ordinal);
        Assert.Equal(JsonValueKind.Object, (await store.GetAsync($"/api/v3/traces/{id}")).GetProperty("result").ValueKind);
    }

    [Fact]
    public async Task Traces_Search_AnswersWholeTraces() => Assert.Equal(
        2, (await _store.GetAsync($"/api/v3/traces?query.serviceName=front&{Window}")).GetProperty("result").GetProperty("resourceSpans").GetArrayLength());

    private static string Rfc3339(int seconds) => DateTimeOffset.UtcNow.AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'");

    /// <summary>One store with these spans for all tests here.</summary>
    public sealed class Stored : IAsyncLifetime
    {
        internal RunningStore Store { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Store = await RunningStore.StartAsync();
            var root = OtlpBytes.Span(Ids.Trace(0xa), Ids.Span(1), name: "POST /x", millis: 20, tags: ("k", "v"))
                .Message(9, OtlpBytes.Attribute("n", new OtlpBytes().Varint(3, 42)))
                .Message(11, new OtlpBytes().Fixed64(1, OtlpBytes.Epoch).Text(2, "tick"))
                .Message(13, new OtlpBytes().Hex(1, Ids.Trace(0xb)).Hex(2, Ids.Span(3)));
            var failed = OtlpBytes.Span(Ids.Trace(0xa), Ids.Span(2), Ids.Span(1), "work", 0, startMillis: 2, millis: 5)
                .Message(15, new OtlpBytes().Text(2, "broken").Varint(3, 2));
            var orphan = OtlpBytes.Span(Ids.Trace(0xa), Ids.Span(4), Ids.Span(99), "lost", 1, startMillis: 3, millis: 50);
            using var first = await Store.ExportAsync(OtlpBytes.Request("front", root));
            using var second = await Store.ExportAsync(OtlpBytes.Request("back", failed, orphan));
        }

        public ValueTask DisposeAsync() => Store.DisposeAsync();
    }
}
