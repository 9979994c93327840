using System.Text.RegularExpressions;
using InferenceTracing.EndToEnd.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>The search page, in a browser, of a real store.</summary>
public sealed class SearchPageTests(Browser browser)
{
    [Fact]
    public async Task Filter_Typed_IsAppliedAndKeptInTheAddress()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        await store.SendManyAsync(2, 15);
        var page = await browser.OpenAsync(store, "");
        await Expect(page.Locator(".card")).ToHaveCountAsync(2);

        await page.GetByLabel("Filter", new() { Exact = true }).FillAsync("image.width>600 name~image");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator(".card")).ToHaveCountAsync(1);
        await Expect(page.Locator(".card")).ToContainTextAsync("edge POST /preprocessing");
        var again = await browser.OpenAsync(new Uri(page.Url));
        await Expect(again.Locator(".card")).ToHaveCountAsync(1);
    }

    [Fact]
    public async Task Filter_Unreadable_IsSaid()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        var page = await browser.OpenAsync(store, "");

        await page.GetByLabel("Filter", new() { Exact = true }).FillAsync("image.width");
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator(".notice")).ToContainTextAsync("not 'image.width'");
        await Expect(page.Locator(".card")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Order_OfWhatIsFound_IsTheChosenOne()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1, factor: 5);
        await store.SendPhotographAsync(2, start: 100);
        await store.SendManyAsync(3, 20);
        var page = await browser.OpenAsync(store, "");

        await page.GetByLabel("Order").SelectOptionAsync("Longest");
        await Expect(page.Locator(".card .length")).ToHaveTextAsync(["500 ms", "210 ms", "100 ms"]);

        await page.GetByLabel("Order").SelectOptionAsync("Most spans");
        await Expect(page.Locator(".card .length").First).ToHaveTextAsync("210 ms");

        await page.GetByLabel("Shorter than").FillAsync("150ms");
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator(".card .length")).ToHaveTextAsync(["100 ms"]);
    }

    [Fact]
    public async Task TimeRange_OfOnesOwn_BoundsWhatIsFound()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        await store.SendPhotographAsync(2, start: 30 * 60_000);
        var page = await browser.OpenAsync(store, "");
        await Expect(page.GetByLabel("From", new() { Exact = true })).ToBeHiddenAsync();

        await page.GetByLabel("Within").SelectOptionAsync("own");
        var between = DateTimeOffset.FromUnixTimeMilliseconds((long)(OtlpBytes.Epoch / 1_000_000)).AddMinutes(15).ToLocalTime();
        await page.GetByLabel("To", new() { Exact = true }).FillAsync(between.ToString("yyyy-MM-dd'T'HH:mm:ss"));
        await page.GetByRole(AriaRole.Button, new() { Name = "Find" }).ClickAsync();

        await Expect(page.Locator(".card")).ToHaveCountAsync(1);
        await Expect(page.Locator(".card")).ToHaveAttributeAsync("href", new Regex(Ids.Trace(1)));
    }

    [Fact]
    public async Task TimeAheadOfTheClock_IsFound()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1, start: ShownTraces.Now + 300_000);

        var page = await browser.OpenAsync(store, "?lookback=5m");

        await Expect(page.Locator(".card time")).ToContainTextAsync("ahead by");
    }

    [Fact]
    public async Task ShortId_Typed_LeadsToItsTraceOrToThoseThatFit()
    {
        await using var store = await RunningStore.StartAsync();
        string[] ids = ["abc00000000000000000000000000001", "abcd0000000000000000000000000001"];

        foreach (var id in ids)
        {
            await store.SendAsync(OtlpBytes.Request("s", OtlpBytes.Span(id, Ids.Span(1), name: id[..4])));
        }

        var page = await browser.OpenAsync(store, "");
        var jump = page.GetByLabel("Trace id");

        await jump.FillAsync("abc");
        await jump.PressAsync("Enter");
        await Expect(page.Locator(".choices li")).ToHaveTextAsync(ids);

        await jump.FillAsync("fff");
        await jump.PressAsync("Enter");
        await Expect(page.Locator(".notice")).ToContainTextAsync("No trace has an id that begins with fff.");

        await jump.FillAsync("abcd");
        await jump.PressAsync("Enter");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("s abcd");

        // And as an address.
        await page.GotoAsync(new Uri(store.Ui, "trace/abc0").ToString());
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("s abc0");
    }

    [Fact]
    public async Task Results_OneAfterTheOther_LeadToEachOther()
    {
        await using var store = await RunningStore.StartAsync();

        for (var trace = 1; trace <= 3; trace++)
        {
            await store.SendPhotographAsync(trace, factor: (ulong)trace, start: 1_000 * (ulong)trace);
        }

        var page = await browser.OpenAsync(store, "?limit=20");
        await page.Locator(".card").Nth(1).ClickAsync();
        await Expect(page.Locator(".steps")).ToContainTextAsync("2 of 3");

        await page.GetByRole(AriaRole.Link, new() { Name = "Next" }).ClickAsync();
        await Expect(page.Locator(".id code")).ToHaveTextAsync(Ids.Trace(1));
        await Expect(page.Locator(".steps")).ToContainTextAsync("3 of 3");

        await page.GetByRole(AriaRole.Link, new() { Name = "Compare" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Slowest like it (300 ms)" }).ClickAsync();
        await Expect(page.Locator(".verdict")).ToContainTextAsync("200 ms less");

        await page.GetByRole(AriaRole.Link, new() { Name = "Results" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex(@"\?limit=20$"));
    }

    [Fact]
    public async Task Live_UnderThePointer_PausesAndSaysSo()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        var page = await browser.OpenAsync(store, "?auto=on");
        await Expect(page.Locator(".live")).ToHaveTextAsync("Live: new traces show up by themselves.");

        await page.Locator(".card").First.HoverAsync();
        await Expect(page.Locator(".live")).ToHaveTextAsync("Paused: the pointer is on the traces.");
        await store.SendPhotographAsync(2);

        await page.Locator("header.bar").HoverAsync();
        await Expect(page.Locator(".card")).ToHaveCountAsync(2);
    }

    [Fact]
    public async Task LongNames_InTheFormAndTheList_StayInTheirPlace()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendAsync(OtlpBytes.Request(new string('s', 300), OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), name: new string('o', 300))));

        foreach (var width in (int[])[400, 1280])
        {
            var page = await browser.OpenAsync(store, "", width);
            await Expect(page.Locator(".card")).ToHaveCountAsync(1);
            await page.GetByLabel("Service").SelectOptionAsync(new string('s', 300));

            Assert.True((await page.GetByLabel("Service").BoundingBoxAsync())!.Width < 380);
            Assert.Equal(0, await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth"));
        }
    }
}
