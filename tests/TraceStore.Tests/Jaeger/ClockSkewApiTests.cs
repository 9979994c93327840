using System.Text;
using System.Text.Json;

namespace InferenceTracing.TraceStore.Tests.Jaeger;

/// <summary>Whether spans are moved is a setting; whoever asks for a raw trace gets it as it came.</summary>
public sealed class ClockSkewApiTests
{
    // The child, on a host of its own, begins two milliseconds before its parent and fits into the middle of it three and a half later.
    private const string Spans = """
        {"resourceSpans":[
          {"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"gateway"}},{"key":"host.name","value":{"stringValue":"a"}}]},"scopeSpans":[{"scope":{},"spans":[
            {"traceId":"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1","spanId":"1111111111111111","name":"ask","startTimeUnixNano":"1795610023700000000","endTimeUnixNano":"1795610023710000000"}]}]},
          {"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"model"}},{"key":"host.name","value":{"stringValue":"b"}}]},"scopeSpans":[{"scope":{},"spans":[
            {"traceId":"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1","spanId":"2222222222222222","parentSpanId":"1111111111111111","name":"answer","startTimeUnixNano":"1795610023698000000","endTimeUnixNano":"1795610023705000000","events":[{"timeUnixNano":"1795610023699000000","name":"tick"}]}]}]}]}
        """;

    [Theory]
    [InlineData("00:00:00", "", "clock skew adjustment disabled; not applying calculated delta of 3.5ms", 0)]
    [InlineData("00:00:00.003", "", "max clock skew adjustment delta of 3ms exceeded; not applying calculated delta of 3.5ms", 0)]
    [InlineData("00:01:00", "", "This span's timestamps were adjusted by 3.5ms", 3_500)]
    [InlineData("00:01:00", "true", null, 0)]
    public async Task Setting_OfTheBound_SaysHowFarSpansAreMoved(string most, string raw, string? warning, int movedMicros)
    {
        await using var store = await RunningStore.StartAsync($"--Query:MaxClockSkewAdjust={most}");
        using var _ = await store.ExportAsync(Encoding.UTF8.GetBytes(Spans), "application/json");

        var legacy = (await store.GetAsync($"/api/traces/c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1?raw={raw}")).GetProperty("data")[0].GetProperty("spans")[1];
        var v3 = (await store.GetAsync($"/api/v3/traces/c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1?rawTraces={raw}"))
            .GetProperty("result").GetProperty("resourceSpans")[1].GetProperty("scopeSpans")[0].GetProperty("spans")[0];

        Assert.Equal(1_795_610_023_698_000 + movedMicros, legacy.GetProperty("startTime").GetInt64());
        Assert.Equal(1_795_610_023_699_000 + movedMicros, legacy.GetProperty("logs")[0].GetProperty("timestamp").GetInt64());
        Assert.Equal($"{1_795_610_023_705_000 + movedMicros}000", v3.GetProperty("endTimeUnixNano").GetString());
        Assert.Equal($"{1_795_610_023_699_000 + movedMicros}000", v3.GetProperty("events")[0].GetProperty("timeUnixNano").GetString());
        Assert.Equal(warning, Only(legacy.GetProperty("warnings")));
        Assert.Equal(warning is not null, v3.TryGetProperty("attributes", out var attributes));
        Assert.Equal(
            warning is null ? "" : $$$$"""[{"key":"@jaeger@warnings","value":{"arrayValue":{"values":[{"stringValue":"{{{{warning}}}}"}]}}}]""",
            warning is null ? "" : attributes.GetRawText());
    }

    private static string? Only(JsonElement warnings) => warnings.ValueKind == JsonValueKind.Null ? null : Assert.Single(warnings.EnumerateArray()).GetString();
}
