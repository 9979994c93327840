namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>What the search of our page asks of the store.</summary>
public sealed class ViewerSearchTests
{
    private const string Always = "query.startTimeMin=1970-01-01T00:00:00Z&query.startTimeMax=2200-01-01T00:00:00Z";

    /// <summary>Trace 1 is a photograph of 100 ms, trace 2 one of 300 ms, trace 3 fifteen spans of another service.</summary>
    [Theory]
    [InlineData("filter=image.width=640", "2 1")]
    [InlineData("filter=image.width!=640", "")]
    [InlineData("filter=image.width!=641", "2 1")]
    [InlineData("filter=image.width>639 image.width<641", "2 1")]
    [InlineData("filter=image.width>=641", "")]
    [InlineData("filter=name~PREPROCESSING", "2 1")]
    [InlineData("filter=name=run duration>100ms", "2")]
    [InlineData("filter=number=\"no. 7\"", "3")]
    [InlineData("filter=number~9 name=\"step 2\"", "3")]
    [InlineData("filter=service.name~low", "2 1")]
    [InlineData("query.durationMax=120ms", "1")]
    [InlineData("query.durationMin=120ms", "3 2")]
    [InlineData("query.serviceName=slow&query.durationMin=90ms&query.durationMax=110ms", "1")]
    [InlineData("sort=longest", "2 3 1")]
    [InlineData("sort=spans&query.searchDepth=1", "3")]
    public async Task Search_Filtered_FindsWhatFits(string query, string numbers)
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        await store.SendPhotographAsync(2, factor: 3, start: 10);
        await store.SendManyAsync(3, 15);

        var found = await store.GetAsync($"/api/search?{Always}&{query.Replace("filter=", "filter=%20", StringComparison.Ordinal)}");

        // The first and the third began at the same time.
        var expected = numbers.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(number => Ids.Trace(int.Parse(number)));
        var traces = found.GetProperty("summaries").EnumerateArray().Select(trace => trace.GetProperty("traceId").GetString()!);
        Assert.Equal(query.StartsWith("sort", StringComparison.Ordinal) ? expected : expected.Order(), query.StartsWith("sort", StringComparison.Ordinal) ? traces : traces.Order());
    }

    [Theory]
    [InlineData("filter=image.width", "not 'image.width'")]
    [InlineData("filter=a=1 b", "not 'b'")]
    [InlineData("filter=a=\"open", "not 'a=\"open'")]
    [InlineData("filter=a>few", "a number is expected behind a>, not 'few'")]
    [InlineData("filter=duration>5", "a duration such as 1.5s or 250ms is expected, not 'duration>5'")]
    [InlineData("sort=oldest", "sort: newest, longest, spans or errors is expected")]
    public async Task Search_Unreadable_SaysWhere(string query, string message)
    {
        await using var store = await RunningStore.StartAsync();

        var (status, body) = await store.TryGetAsync($"/api/search?{Always}&{query}");

        Assert.Equal(400, status);
        Assert.EndsWith(message, body.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Search_MoreThanOneMayAnswer_SaysSo()
    {
        await using var store = await RunningStore.StartAsync("--Store:MaxSearchResults=2");
        await store.SendPhotographAsync(1);
        await store.SendPhotographAsync(2);
        await store.SendPhotographAsync(3);

        var found = await store.GetAsync($"/api/search?{Always}&sort=longest");

        Assert.Equal((2, true), (found.GetProperty("looked").GetInt32(), found.GetProperty("more").GetBoolean()));
    }

    [Theory]
    [InlineData("abc", "abc00000000000000000000000000001 abcd0000000000000000000000000001")]
    [InlineData("ABCD", "abcd0000000000000000000000000001")]
    [InlineData("7", "00000000000000007000000000000001")]
    [InlineData("abcd0000000000000000000000000001", "abcd0000000000000000000000000001")]
    [InlineData("f", "")]
    public async Task Ids_Shortened_AreThoseThatBeginSo(string digits, string expected)
    {
        await using var store = await RunningStore.StartAsync();

        foreach (var id in (string[])["abc00000000000000000000000000001", "abcd0000000000000000000000000001", "00000000000000007000000000000001"])
        {
            await store.SendAsync(OtlpBytes.Request("s", OtlpBytes.Span(id, Ids.Span(1))));
        }

        var found = await store.GetAsync($"/api/ids/{digits}");

        Assert.Equal(expected, string.Join(' ', found.GetProperty("ids").EnumerateArray().Select(id => id.GetString())));
    }
}
