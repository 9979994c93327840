using System.Text.Json;

namespace InferenceTracing.TraceStore.Tests.Jaeger;

/// <summary>The shapes of Jaeger's first API, field by field.</summary>
public sealed class LegacyApiTests(LegacyApiTests.Stored stored) : IClassFixture<LegacyApiTests.Stored>
{
    private readonly RunningStore _store = stored.Store;

    private static ulong StartMicros => OtlpBytes.Epoch / 1_000;

    [Fact]
    public async Task Services_Names_InTheEnvelope() => Assert.Equal(
        """{"data":["back","front","wide"],"total":3,"limit":0,"offset":0,"errors":null}""", await _store.Client.GetStringAsync("/api/services"));

    [Fact]
    public async Task Operations_OfAService_InBothForms()
    {
        Assert.Equal(
            """{"data":["early","work"],"total":2,"limit":0,"offset":0,"errors":null}""",
            await _store.Client.GetStringAsync("/api/services/back/operations"));
        Assert.Equal(
            """{"data":[{"name":"early","spanKind":"server"},{"name":"work","spanKind":"internal"}],"total":2,"limit":0,"offset":0,"errors":null}""",
            await _store.Client.GetStringAsync("/api/operations?service=back"));
        Assert.Equal(1, (await _store.GetAsync("/api/operations?service=back&spanKind=server")).GetProperty("total").GetInt32());
    }

    [Fact]
    public async Task Trace_Span_HasJaegersFields()
    {
        var trace = (await _store.GetAsync($"/api/traces/{Ids.Trace(0xa)}")).GetProperty("data")[0];
        var span = trace.GetProperty("spans")[0];

        Assert.Equal(["traceID", "spans", "processes", "warnings"], trace.EnumerateObject().Select(field => field.Name));
        Assert.Equal(
            ["traceID", "spanID", "operationName", "references", "startTime", "duration", "tags", "logs", "processID", "warnings"],
            span.EnumerateObject().Select(field => field.Name));
        Assert.Equal(("000000000000000a", Ids.Span(1), "POST /x", "p1"), (Text(span, "traceID"), Text(span, "spanID"), Text(span, "operationName"), Text(span, "processID")));
        Assert.Equal((StartMicros, 20_000UL), (span.GetProperty("startTime").GetUInt64(), span.GetProperty("duration").GetUInt64()));
        Assert.Equal(JsonValueKind.Null, span.GetProperty("warnings").ValueKind);
    }

    [Fact]
    public async Task Trace_Tags_HaveJaegersTypes()
    {
        var tags = (await SpanAsync(Ids.Trace(0xa), 0)).GetProperty("tags").EnumerateArray().Select(tag => tag.GetRawText()).ToArray();

        Assert.Equal(
            [
                """{"key":"otel.scope.name","type":"string","value":"test.scope"}""",
                """{"key":"otel.scope.version","type":"string","value":"1.2.3"}""",
                """{"key":"http.method","type":"string","value":"POST"}""",
                """{"key":"n","type":"int64","value":42}""",
                """{"key":"big","type":"int64","value":"9223372036854775807"}""",
                """{"key":"share","type":"float64","value":0.5}""",
                """{"key":"nan","type":"float64","value":"NaN"}""",
                """{"key":"yes","type":"bool","value":true}""",
                """{"key":"blob","type":"binary","value":"AQI="}""",
                """{"key":"span.kind","type":"string","value":"server"}""",
                """{"key":"otel.status_code","type":"string","value":"ERROR"}""",
                """{"key":"error","type":"bool","value":true}""",
                """{"key":"otel.status_description","type":"string","value":"broken"}""",
                """{"key":"w3c.tracestate","type":"string","value":"vendor=1"}""",
            ],
            tags);
    }

    [Fact]
    public async Task Trace_References_ParentFirstThenLinks()
    {
        Assert.Equal(
            $$"""[{"refType":"CHILD_OF","traceID":"000000000000000a","spanID":"{{Ids.Span(1)}}"}]""",
            (await SpanAsync(Ids.Trace(0xa), 1)).GetProperty("references").GetRawText());
        Assert.Equal(
            $$"""[{"refType":"FOLLOWS_FROM","traceID":"000000000000000b","spanID":"{{Ids.Span(3)}}"}]""",
            (await SpanAsync(Ids.Trace(0xa), 0)).GetProperty("references").GetRawText());
        Assert.Equal("[]", (await SpanAsync(Ids.Trace(0xb), 0)).GetProperty("references").GetRawText());
    }

    [Fact]
    public async Task Trace_Events_AreLogs() => Assert.Equal(
        $$"""[{"timestamp":{{StartMicros + 5}},"fields":[{"key":"event","type":"string","value":"tick"},{"key":"k","type":"string","value":"v"}]}]""",
        (await SpanAsync(Ids.Trace(0xa), 0)).GetProperty("logs").GetRawText());

    [Fact]
    public async Task Trace_Processes_OnePerResourceWithoutItsName()
    {
        var trace = (await _store.GetAsync($"/api/traces/{Ids.Trace(0xa)}")).GetProperty("data")[0];

        Assert.Equal(
            """{"p1":{"serviceName":"front","tags":[{"key":"host.name","type":"string","value":"edge-1"}]},"p2":{"serviceName":"back","tags":[{"key":"host.name","type":"string","value":"edge-1"}]}}""",
            trace.GetProperty("processes").GetRawText());
    }

    [Theory]
    [InlineData("a", "000000000000000a")]
    [InlineData("0A", "000000000000000a")]
    [InlineData("0000000000000000000000000000000A", "000000000000000a")]
    [InlineData("100000000000000000000000000000d", "0100000000000000000000000000000d")]
    public async Task Trace_Id_HasSixteenDigitsWhereItsUpperHalfIsZero(string id, string written)
    {
        var trace = (await _store.GetAsync($"/api/traces/{id}")).GetProperty("data")[0];

        Assert.Equal((written, written), (Text(trace, "traceID"), Text(trace.GetProperty("spans")[0], "traceID")));
    }

    [Fact]
    public async Task Trace_PrettyPrint_IsIndentedByFour()
    {
        var text = await _store.Client.GetStringAsync("/api/traces/b?prettyPrint=true");

        Assert.StartsWith("{\n    \"data\": [\n        {\n            \"traceID\": \"000000000000000b\",", text.ReplaceLineEndings("\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/api/traces/ff", 404, "trace not found")]
    [InlineData("/api/traces/xyz", 400, "cannot parse trace ID")]
    [InlineData("/api/traces/000000000000000000000000000000000a", 400, "cannot parse trace ID")]
    [InlineData("/api/traces", 400, "parameter 'service' is required")]
    [InlineData("/api/operations", 400, "parameter 'service' is required")]
    [InlineData("/api/traces?service=s&start=x", 400, "unable to parse param 'start'")]
    [InlineData("/api/traces?service=s&end=99999999999999999999", 400, "unable to parse param 'end'")]
    [InlineData("/api/traces?service=s&limit=many", 400, "unable to parse param 'limit'")]
    [InlineData("/api/traces?service=s&raw=perhaps", 400, "unable to parse param 'raw'")]
    [InlineData("/api/traces?service=s&minDuration=5", 400, "unable to parse param 'minDuration'")]
    [InlineData("/api/traces?service=s&minDuration=2s&maxDuration=1s", 400, "'maxDuration' should be greater than 'minDuration'")]
    [InlineData("/api/traces?service=s&tag=novalue", 400, "malformed 'tag' parameter, expecting key:value, received: novalue")]
    [InlineData("/api/traces?service=s&tags=[1]", 400, "malformed 'tags' parameter")]
    [InlineData("/api/traces?traceID=zz", 400, "cannot parse trace ID")]
    [InlineData("/api/dependencies?endTs=x", 400, "unable to parse param 'endTs'")]
    public async Task Query_ThatCannotBeAnswered_SaysWhyInTheEnvelope(string path, int status, string message)
    {
        var (answered, body) = await _store.TryGetAsync(path);

        Assert.Equal(status, answered);
        Assert.Equal(JsonValueKind.Null, body.GetProperty("data").ValueKind);
        Assert.Equal(status, body.GetProperty("errors")[0].GetProperty("code").GetInt32());
        Assert.StartsWith(message, body.GetProperty("errors")[0].GetProperty("msg").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("service=back", "b,a")]
    [InlineData("service=front", "a")]
    [InlineData("service=nobody", "")]
    [InlineData("service=back&operation=work", "a")]
    [InlineData("service=back&limit=1", "b")]
    [InlineData("service=front&minDuration=20ms", "a")]
    [InlineData("service=front&minDuration=20.1ms", "")]
    [InlineData("service=back&maxDuration=5ms", "a")]
    [InlineData("service=back&tag=colour:red:ish", "b")]
    [InlineData("service=back&tags={\"colour\":\"red:ish\"}", "b")]
    [InlineData("service=front&tags={\"error\":\"true\",\"n\":\"42\"}", "a")]
    [InlineData("service=back&tag=error:true", "")]
    [InlineData("service=back&tag=host.name:edge-1&tag=span.kind:internal", "a")]
    [InlineData("service=front&tag=k:v", "a")]
    [InlineData("service=front&tag=event:tick", "a")]
    [InlineData("service=front&tag=event:tock", "")]
    [InlineData("service=back&limit=0", "b,a")]
    [InlineData("service=back&limit=-1", "b,a")]
    [InlineData("service=back&maxDuration=0s", "b,a")]
    [InlineData("service=back&tags={\"colour\":null}", "")]
    [InlineData("service=back&tag=colour:red:ish&tags={\"colour\":\"blue\"}", "")]
    [InlineData("service=back&end=1000", "")]
    [InlineData("service=back&start=2&end=1", "")]
    public async Task Search_Parameters_Narrow(string query, string expected)
    {
        var found = (await _store.GetAsync($"/api/traces?{query}")).GetProperty("data").EnumerateArray()
            .Select(trace => Text(trace, "traceID").TrimStart('0'));

        Assert.Equal(expected, string.Join(',', found));
    }

    [Fact]
    public async Task Search_StartAndEnd_AreInclusiveMicroseconds()
    {
        var exact = await _store.GetAsync($"/api/traces?service=front&start={StartMicros}&end={StartMicros}");
        var after = await _store.GetAsync($"/api/traces?service=front&start={StartMicros + 1}");

        Assert.Equal((1, 0), (exact.GetProperty("data").GetArrayLength(), after.GetProperty("data").GetArrayLength()));
    }

    [Fact]
    public async Task Search_WithoutAnEnd_FindsWhatAClockAheadOfOursSays()
    {
        await using var store = await RunningStore.StartAsync();
        const ulong FourDays = 96 * 3_600_000;
        using var _ = await store.ExportAsync(OtlpBytes.Request(
            "s",
            OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), startMillis: FourDays),
            OtlpBytes.Span(Ids.Trace(1), Ids.Span(2), Ids.Span(1), startMillis: FourDays)));

        Assert.Equal(1, (await store.GetAsync("/api/traces?service=s")).GetProperty("data").GetArrayLength());
        Assert.Equal(1, (await store.GetAsync("/api/dependencies")).GetProperty("data").GetArrayLength());
    }

    [Fact]
    public async Task Search_ByIds_AnswersTheFoundAndNamesTheMissing()
    {
        var answer = await _store.GetAsync("/api/traces?traceID=a&traceID=b&traceID=c0ffee");

        Assert.Equal(2, answer.GetProperty("data").GetArrayLength());
        Assert.Equal($$"""[{"msg":"trace not found","traceID":"0000000000c0ffee"}]""", answer.GetProperty("errors").GetRawText());
    }

    [Fact]
    public async Task Dependencies_Edges_AreCounted()
    {
        var end = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

        Assert.Equal(
            """{"data":[{"parent":"front","child":"back","callCount":1}],"total":0,"limit":0,"offset":0,"errors":null}""",
            await _store.Client.GetStringAsync($"/api/dependencies?endTs={end}&lookback=604800000"));
        Assert.Equal(1, (await _store.GetAsync("/api/dependencies?service=back")).GetProperty("data").GetArrayLength());
        Assert.Equal(0, (await _store.GetAsync("/api/dependencies?service=other")).GetProperty("data").GetArrayLength());
        Assert.Equal(0, (await _store.GetAsync($"/api/dependencies?endTs={end}&lookback=1000")).GetProperty("data").GetArrayLength());
    }

    private static string Text(JsonElement element, string name) => element.GetProperty(name).GetString()!;

    private async Task<JsonElement> SpanAsync(string traceId, int index) =>
        (await _store.GetAsync($"/api/traces/{traceId}")).GetProperty("data")[0].GetProperty("spans")[index];

    /// <summary>One store with these spans for all tests here.</summary>
    public sealed class Stored : IAsyncLifetime
    {
        internal RunningStore Store { get; private set; } = null!;

        public async ValueTask InitializeAsync()
        {
            Store = await RunningStore.StartAsync();
            var server = OtlpBytes.Span(Ids.Trace(0xa), Ids.Span(1), name: "POST /x", millis: 20, tags: ("http.method", "POST"))
                .Message(9, OtlpBytes.Attribute("n", new OtlpBytes().Varint(3, 42)))
                .Message(9, OtlpBytes.Attribute("big", new OtlpBytes().Varint(3, long.MaxValue)))
                .Message(9, OtlpBytes.Attribute("share", new OtlpBytes().Real(4, 0.5)))
                .Message(9, OtlpBytes.Attribute("nan", new OtlpBytes().Real(4, double.NaN)))
                .Message(9, OtlpBytes.Attribute("yes", new OtlpBytes().Varint(2, 1)))
                .Message(9, OtlpBytes.Attribute("blob", new OtlpBytes().Bytes(7, [1, 2])))
                .Message(11, new OtlpBytes().Fixed64(1, OtlpBytes.Epoch + 5_000).Text(2, "tick").Message(3, OtlpBytes.Attribute("k", "v")))
                .Message(13, new OtlpBytes().Hex(1, Ids.Trace(0xb)).Hex(2, Ids.Span(3)))
                .Message(15, new OtlpBytes().Text(2, "broken").Varint(3, 2))
                .Text(3, "vendor=1")
                .Fixed32(16, 1);
            using var first = await Store.ExportAsync(OtlpBytes.Request("front", server));
            using var second = await Store.ExportAsync(OtlpBytes.Request(
                "back", OtlpBytes.Span(Ids.Trace(0xa), Ids.Span(2), Ids.Span(1), "work", 1, startMillis: 2, millis: 5)));
            using var wide = await Store.ExportAsync(OtlpBytes.Request("wide", OtlpBytes.Span("0100000000000000000000000000000d", Ids.Span(4))));
            using var third = await Store.ExportAsync(OtlpBytes.Request(
                "back", OtlpBytes.Span(Ids.Trace(0xb), Ids.Span(3), name: "early", startMillis: 1_000, tags: ("colour", "red:ish"))));
        }

        public ValueTask DisposeAsync() => Store.DisposeAsync();
    }
}
