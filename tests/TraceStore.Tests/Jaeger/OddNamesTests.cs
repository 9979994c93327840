using System.Text.Json;

namespace InferenceTracing.TraceStore.Tests.Jaeger;

/// <summary>Names that are missing, empty, or awkward in an address.</summary>
public sealed class OddNamesTests
{
    [Theory]
    [InlineData("team1/app2", "/api/services/team1%2Fapp2/operations")]
    [InlineData("a%2Fb", "/api/services/a%252Fb/operations")]
    [InlineData("a/b", "/api/services/a%2Fb/operations")]
    [InlineData("50% off", "/api/services/50%25%20off/operations")]
    [InlineData("a+b", "/api/services/a+b/operations")]
    [InlineData("größe", "/api/services/gr%C3%B6%C3%9Fe/operations?x=/y/z")]
    public async Task Service_InAPath_IsFoundByItsOwnName(string service, string path)
    {
        await using var store = await RunningStore.StartAsync();
        using var one = await store.ExportAsync(OtlpBytes.Request(service, OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), name: "GET /a/b")));
        using var other = await store.ExportAsync(OtlpBytes.Request("other", OtlpBytes.Span(Ids.Trace(1), Ids.Span(2), name: "odd")));

        Assert.Equal("""["GET /a/b"]""", (await store.GetAsync(path)).GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Services_ThatDifferByAnEscape_StayApart()
    {
        await using var store = await RunningStore.StartAsync();
        using var slash = await store.ExportAsync(OtlpBytes.Request("a/b", OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), name: "slash")));
        using var percent = await store.ExportAsync(OtlpBytes.Request("a%2Fb", OtlpBytes.Span(Ids.Trace(2), Ids.Span(2), name: "percent")));

        Assert.Equal("""["slash"]""", (await store.GetAsync("/api/services/a%2Fb/operations")).GetProperty("data").GetRawText());
        Assert.Equal("""["percent"]""", (await store.GetAsync("/api/services/a%252Fb/operations")).GetProperty("data").GetRawText());
        Assert.Equal("percent", (await store.GetAsync("/api/v3/operations?service=a%252Fb")).GetProperty("operations")[0].GetProperty("name").GetString());
    }

    [Theory]
    [InlineData("""{}""", "missing-service-name")]
    [InlineData("""{"attributes":[{"key":"host.name","value":{"stringValue":"h"}}]}""", "missing-service-name")]
    [InlineData("""{"attributes":[{"key":"service.name","value":{"stringValue":""}}]}""", "empty-service-name")]
    [InlineData("""{"attributes":[{"key":"service.name","value":{"intValue":"1"}}]}""", "service-name-wrong-type")]
    public async Task Service_WithoutAName_IsCalledAsJaegerCallsIt(string resource, string name)
    {
        await using var store = await StoreOfAsync(resource, """ "name":"work","startTimeUnixNano":"1795613623704310272","endTimeUnixNano":"1795613623709310272" """);

        var service = (await store.GetAsync("/api/traces/c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1")).GetProperty("data")[0].GetProperty("processes").GetProperty("p1").GetProperty("serviceName");
        var attributes = (await ResourceSpansAsync(store)).GetProperty("resource").GetProperty("attributes").EnumerateArray();

        Assert.Equal(name, service.GetString());
        Assert.Equal($$"""{"services":["{{name}}"]}""", await store.Client.GetStringAsync("/api/v3/services"));
        Assert.Equal(
            $$$"""{"key":"service.name","value":{"stringValue":"{{{name}}}"}}""",
            Assert.Single(attributes, attribute => attribute.GetProperty("key").GetString() == "service.name").GetRawText());
    }

    [Theory]
    [InlineData(""" "name":"" """)]
    [InlineData(""" "kind":2 """)]
    public async Task Span_WithoutAName_IsCalledAsJaegerCallsIt(string span)
    {
        await using var store = await StoreOfAsync("{}", span);

        Assert.Equal("""["empty-span-name"]""", (await store.GetAsync("/api/services/missing-service-name/operations")).GetProperty("data").GetRawText());
        Assert.Equal("empty-span-name", (await FirstSpanAsync(store)).GetProperty("operationName").GetString());
        Assert.Equal("empty-span-name", (await ResourceSpansAsync(store)).GetProperty("scopeSpans")[0].GetProperty("spans")[0].GetProperty("name").GetString());
    }

    [Fact]
    public async Task Span_ThatEndsBeforeItBegins_LastsANanosecondAndSaysSo()
    {
        const string Said = "Negative duration detected, sanitizing end timestamp. Original end timestamp: 2026-11-25 12:33:43.70431 +0000 UTC, "
            + "adjusted to: 2026-11-25 12:33:43.704310273 +0000 UTC";
        await using var store = await StoreOfAsync("{}", """ "startTimeUnixNano":"1795610023704310272","endTimeUnixNano":"1795610023704310000" """);

        var shown = await FirstSpanAsync(store);
        var span = (await ResourceSpansAsync(store)).GetProperty("scopeSpans")[0].GetProperty("spans")[0];

        Assert.Equal((0, $$"""["{{Said}}"]"""), (shown.GetProperty("duration").GetInt32(), shown.GetProperty("warnings").GetRawText()));
        Assert.Equal("1795610023704310273", span.GetProperty("endTimeUnixNano").GetString());
        Assert.Equal(
            $$$$"""[{"key":"@jaeger@warnings","value":{"arrayValue":{"values":[{"stringValue":"{{{{Said}}}}"}]}}}]""", span.GetProperty("attributes").GetRawText());
    }

    private static async Task<JsonElement> FirstSpanAsync(RunningStore store) =>
        (await store.GetAsync("/api/traces/c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1")).GetProperty("data")[0].GetProperty("spans")[0];

    private static async Task<JsonElement> ResourceSpansAsync(RunningStore store) =>
        (await store.GetAsync("/api/v3/traces/c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1")).GetProperty("result").GetProperty("resourceSpans")[0];

    private static async Task<RunningStore> StoreOfAsync(string resource, string span)
    {
        var store = await RunningStore.StartAsync();
        var message = $$"""
            {"resourceSpans":[{"resource":{{resource}},"scopeSpans":[{"scope":{},"spans":[
              {"traceId":"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1","spanId":"1111111111111111",{{span}}}]}]}]}
            """;
        using var answer = await store.ExportAsync(System.Text.Encoding.UTF8.GetBytes(message), "application/json");
        answer.EnsureSuccessStatusCode();
        return store;
    }
}
