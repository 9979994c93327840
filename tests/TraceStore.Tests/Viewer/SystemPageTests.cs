using System.Globalization;
using InferenceTracing.EndToEnd.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>The page of the whole system, in a browser, of a real store.</summary>
public sealed class SystemPageTests(Browser browser)
{
    [Fact]
    public async Task Services_OverTime_AreWhatTheMonitorApiSays()
    {
        await using var store = await RunningStore.StartAsync();

        for (var trace = 1; trace <= 6; trace++)
        {
            await store.SendPhotographAsync(trace, factor: (ulong)trace, start: ShownTraces.Now - (5_000 * (ulong)trace));
        }

        var asked = new List<string>();
        var page = await browser.OpenAsync(store, "");
        page.Request += (_, request) => asked.Add(request.Url);
        await page.GotoAsync(new Uri(store.Ui, "system?range=360").ToString());
        var row = page.Locator(".red tbody tr").Filter(new() { HasText = "gateway" });
        await Expect(row.Locator("path")).ToHaveCountAsync(4);
        var shown = await row.Locator("td b").AllTextContentsAsync();

        // What the page asked the first time, asked again.
        var said = new List<double>();

        foreach (var path in (string[])["/metrics/calls", "/metrics/errors", "quantile=0.5", "quantile=0.95"])
        {
            var answer = await store.GetAsync(new Uri(asked.First(url => url.Contains("/metrics/") && url.Contains(path) && !(path == "quantile=0.5" && url.Contains("0.95")))).PathAndQuery);
            var gateway = answer.GetProperty("metrics").EnumerateArray().Single(metric =>
                metric.GetProperty("labels").EnumerateArray().Any(label => label.GetProperty("value").GetString() == "gateway"));
            said.Add(gateway.GetProperty("metricPoints").EnumerateArray().Last().GetProperty("gaugeValue").GetProperty("doubleValue").GetDouble());
        }

        Assert.Equal((6 / 360.0, 0.0), (said[0], said[1]));
        Assert.Equal(
            [string.Create(CultureInfo.InvariantCulture, $"{said[0]:0.000} /s"), "0 %", string.Create(CultureInfo.InvariantCulture, $"{said[2]:0} ms"), string.Create(CultureInfo.InvariantCulture, $"{said[3]:0} ms")],
            shown);
        await Expect(page.Locator(".red tbody tr").First).ToContainTextAsync("edge");
    }

    [Fact]
    public async Task Services_WhileOneLooks_AreKeptUpToDate()
    {
        await using var store = await RunningStore.StartAsync();
        var page = await browser.OpenAsync(store, "system?range=5");
        await Expect(page.GetByText("No traces yet")).ToBeVisibleAsync();

        await store.SendPhotographAsync(1, start: ShownTraces.Now);

        await Expect(page.Locator(".red tbody tr")).ToHaveCountAsync(4);
    }

    [Fact]
    public async Task Graph_WithACircle_StaysWithinItsCanvas()
    {
        await using var store = await RunningStore.StartAsync();
        string[] circle = ["first", "second", "third", "first", "third", "second"];

        for (var id = 1; id <= circle.Length; id++)
        {
            await store.SendAsync(OtlpBytes.Request(circle[id - 1], OtlpBytes.Span(
                Ids.Trace(1), Ids.Span(id), id == 1 ? null : Ids.Span(id - 1), startMillis: ShownTraces.Now - 60_000)));
        }

        var page = await browser.OpenAsync(store, "system");

        await Expect(page.GetByRole(AriaRole.Img, new() { Name = "third calls first 1 times" })).ToBeAttachedAsync();
        Assert.True(await page.EvaluateAsync<bool>(
            """
            () => {
              const drawn = document.querySelector('.graph svg');
              const [box, canvas] = [drawn.getBBox(), drawn.viewBox.baseVal];
              return box.x >= 0 && box.y >= 0 && box.x + box.width <= canvas.width && box.y + box.height <= canvas.height;
            }
            """));
    }
}
