using System.Text;

namespace InferenceTracing.TraceStore.Tests.Jaeger;

/// <summary>The archive, and files that are only looked at.</summary>
public sealed class ArchiveTests
{
    [Fact]
    public async Task Archive_ATrace_KeepsItWhenNewerOnesComeAndSaysNothingMore()
    {
        await using var store = await RunningStore.StartAsync("--Store:MaxBytes=1048576");
        await StoreAsync(store, 1, 2);

        using var answer = await store.Client.PostAsync($"/api/archive/{Ids.Trace(1)}", content: null);
        await StoreAsync(store, [.. Enumerable.Range(3, 1_000)]);

        Assert.Equal("""{"data":[],"total":0,"limit":0,"offset":0,"errors":[]}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal(200, (await store.TryGetAsync($"/api/traces/{Ids.Trace(1)}")).Status);
        Assert.Equal(404, (await store.TryGetAsync($"/api/traces/{Ids.Trace(2)}")).Status);
        Assert.Equal(200, (await store.TryGetAsync($"/api/traces/{Ids.Trace(1_002)}")).Status);
    }

    [Theory]
    [InlineData("ff", 404, """{"data":null,"total":0,"limit":0,"offset":0,"errors":[{"code":404,"msg":"trace not found"}]}""")]
    [InlineData("xyz", 400, """{"data":null,"total":0,"limit":0,"offset":0,"errors":[{"code":400,"msg":"cannot parse trace ID: 1 to 32 hex digits are expected, not 'xyz'"}]}""")]
    public async Task Archive_NoTrace_SaysSo(string id, int status, string body)
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.Client.PostAsync($"/api/archive/{id}", content: null);

        Assert.Equal((status, body), ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Transform_Otlp_IsShownAndNotStored()
    {
        const string Otlp = """
            {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]},"scopeSpans":[{"scope":{},"spans":[
              {"traceId":"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1","spanId":"1111111111111111","name":"one","kind":2,"startTimeUnixNano":"1000000","endTimeUnixNano":"3000000"},
              {"traceId":"0000000000000000c2c2c2c2c2c2c2c2","spanId":"2222222222222222","parentSpanId":"3333333333333333","name":"two","startTimeUnixNano":"1000000","endTimeUnixNano":"2000000","flags":257}]}]}]}
            """;
        const string Shown = """
            {"data":[{"traceID":"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1","spans":[{"traceID":"c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1c1","spanID":"1111111111111111","operationName":"one","references":[],"startTime":1000,"duration":2000,"tags":[{"key":"span.kind","type":"string","value":"server"}],"logs":[],"processID":"p1","warnings":null}],"processes":{"p1":{"serviceName":"s","tags":[]}},"warnings":null},{"traceID":"c2c2c2c2c2c2c2c2","spans":[{"traceID":"c2c2c2c2c2c2c2c2","spanID":"2222222222222222","operationName":"two","references":[{"refType":"CHILD_OF","traceID":"c2c2c2c2c2c2c2c2","spanID":"3333333333333333"}],"startTime":1000,"duration":1000,"tags":[],"logs":[],"processID":"p1","warnings":null}],"processes":{"p1":{"serviceName":"s","tags":[]}},"warnings":null}],"total":0,"limit":0,"offset":0,"errors":null}
            """;
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.Client.PostAsync("/api/transform", new StringContent(Otlp, Encoding.UTF8, "text/plain"));

        Assert.Equal(Shown, await answer.Content.ReadAsStringAsync());
        Assert.Equal("""{"services":[]}""", await store.Client.GetStringAsync("/api/v3/services"));
    }

    [Theory]
    [InlineData("no json", 400)]
    [InlineData("""["resourceSpans"]""", 400)]
    public async Task Transform_NoOtlp_SaysSoInTheEnvelope(string body, int status)
    {
        await using var store = await RunningStore.StartAsync();

        using var answer = await store.Client.PostAsync("/api/transform", new StringContent(body));

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.StartsWith(
            $$"""{"data":null,"total":0,"limit":0,"offset":0,"errors":[{"code":{{status}},"msg":"cannot unmarshal OTLP : """,
            await answer.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
    }

    private static async Task StoreAsync(RunningStore store, params int[] traces)
    {
        foreach (var trace in traces)
        {
            using var _ = await store.ExportAsync(OtlpBytes.Request("s", OtlpBytes.Span(Ids.Trace(trace), Ids.Span(1), tags: ("payload", new string('x', 2_000)))));
        }
    }
}
