using InferenceTracing.EndToEnd.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>What a screen reader, a keyboard, a phone and a dark room need of the pages.</summary>
public sealed class AccessibilityTests(Browser browser)
{
    [Theory]
    [InlineData(400, ColorScheme.Light)]
    [InlineData(400, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    public async Task Pages_InEveryForm_CanBeUsedByEveryone(int width, ColorScheme scheme)
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        await store.SendPhotographAsync(2, start: ShownTraces.Now - 10_000);

        foreach (var (path, ready) in new[]
        {
            ("?auto=on&lookback=own", ".card"), ("system", ".red"), ($"trace/{Ids.Trace(1)}?span={Ids.Span(5)}&find=run", ".row"),
            ($"trace/{Ids.Trace(1)}?view=operations", ".sheet"), ($"trace/{Ids.Trace(1)}?view=compare&with={Ids.Trace(2)}", ".sheet"), ($"trace/{Ids.Trace(1)}?view=logs", ".notice"),
        })
        {
            var page = await browser.OpenAsync(store, path, width, scheme: scheme);
            await Expect(page.Locator(ready).First).ToBeVisibleAsync();

            var problems = await PageReading.ProblemsAsync(page);
            Assert.True(problems.Count == 0, $"{path}: {string.Join("\n", problems)}");
            await page.CloseAsync();
        }
    }
}
