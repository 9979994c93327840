using System.Text.RegularExpressions;
using InferenceTracing.EndToEnd.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>The page of one trace, in a browser, of a real store.</summary>
public sealed class TracePageTests(Browser browser)
{
    [Fact]
    public async Task CriticalPath_OfATrace_LeadsThroughWhatItWaitedFor()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);

        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(1)}");

        await Expect(page.Rows()).ToHaveCountAsync(5);
        await Expect(page.Locator(".row[aria-label*='on the critical path'] .name b")).ToHaveTextAsync(["edge", "edge", "gateway", "slow"]);

        // The root itself is waited for between its two calls and after the second.
        await Expect(page.Rows().First.Locator(".critical")).ToHaveCountAsync(2);
        await Expect(page.Rows().Filter(new() { HasText = "quick" }).Locator(".critical")).ToHaveCountAsync(0);
    }

    /// <summary>The calls of an ensemble have one name, and go to different members.</summary>
    [Fact]
    public async Task Row_OfACallToAModel_SaysWhichModel()
    {
        const string Infer = "POST /v2/models/{model}/infer";
        await using var store = await RunningStore.StartAsync();
        await store.SendAsync(OtlpBytes.Request(
            "ensemble",
            OtlpBytes.Span(Ids.Trace(1), Ids.Span(1), null, Infer, 2, 0, 90, [("inference.model.name", "ensemble")]),
            OtlpBytes.Span(Ids.Trace(1), Ids.Span(2), Ids.Span(1), Infer, 3, 10, 20, [("inference.model.name", "mobilenetv2")]),
            OtlpBytes.Span(Ids.Trace(1), Ids.Span(3), Ids.Span(1), Infer, 3, 40, 20, [("inference.model.name", "efficientnetb0")])));

        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(1)}");

        await Expect(page.Locator(".row .asks")).ToHaveTextAsync(["→ mobilenetv2", "→ efficientnetb0"]);
    }

    [Fact]
    public async Task Operations_OfATrace_AreCountedAndAddedUp()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);

        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(1)}");
        await page.GetByRole(AriaRole.Link, new() { Name = "Operations" }).ClickAsync();

        var slowest = page.Locator("tbody tr").First;
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(5);
        await Expect(slowest.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync("slow run");
        await Expect(slowest.GetByRole(AriaRole.Cell)).ToHaveTextAsync(["1", "60.0 ms", "60.0 ms", "50 %", "60.0 ms"]);

        await page.GetByRole(AriaRole.Button, new() { Name = "Total" }).ClickAsync();
        await Expect(slowest.GetByRole(AriaRole.Cell)).ToHaveTextAsync(["1", "100 ms", "12.0 ms", "10 %", "12.0 ms"]);
    }

    [Fact]
    public async Task Compare_WithAQuickerTrace_SaysWhatGotSlower()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(0xa1);
        await store.SendPhotographAsync(0xb2, factor: 3);

        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(0xb2)}?view=compare");
        await page.GetByLabel("Id of the other trace").FillAsync(Ids.Trace(0xa1));
        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator(".verdict")).ToHaveTextAsync("This trace took 300 ms, 200 ms longer than the other (100 ms).");
        await Expect(page.Locator("tbody tr").First).ToContainTextAsync("slow run");
        await Expect(page.Locator("tbody tr").First.GetByRole(AriaRole.Cell)).ToHaveTextAsync(["60.0 ms", "180 ms", "+120 ms", "+120 ms"]);
        await Expect(page).ToHaveURLAsync(new Regex($"with={Ids.Trace(0xa1)}"));
    }

    [Fact]
    public async Task Minimap_DrawnOver_ZoomsIntoThatPart()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(1)}");
        var map = (await page.Locator(".map").BoundingBoxAsync())!;

        await page.Mouse.MoveAsync(map.X + (map.Width / 2), map.Y + 20);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(map.X + map.Width - 1, map.Y + 20, new() { Steps = 4 });
        await page.Mouse.UpAsync();

        // The second half: what ended before is not drawn, and the scale begins in the middle.
        await Expect(page.Locator(".scale span").First).ToHaveTextAsync(new Regex("^(49|50)"));
        await Expect(page.Rows().Filter(new() { HasText = "image.preprocess" }).Locator(".span-bar")).ToBeHiddenAsync();
        await Expect(page).ToHaveURLAsync(new Regex("zoom="));

        // By keyboard too, and back.
        await page.GetByRole(AriaRole.Slider, new() { Name = "Zoom from" }).PressAsync("Home");
        await Expect(page.Locator(".scale span").First).ToHaveTextAsync("0");
        await page.GetByRole(AriaRole.Button, new() { Name = "Show all" }).ClickAsync();
        await Expect(page).Not.ToHaveURLAsync(new Regex("zoom="));
        await Expect(page.Locator(".scale span").Last).ToHaveTextAsync("100 ms");
    }

    [Fact]
    public async Task Address_OfWhatIsSeen_ShowsTheSameAgain()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(1)}");

        await page.GetByLabel("Find in this trace").FillAsync("640");
        await page.Rows().Filter(new() { HasText = "slow" }).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Regex($"find=640&span={Ids.Span(5)}"));

        var again = await browser.OpenAsync(new Uri(page.Url));
        await Expect(again.Locator(".row.hit")).ToContainTextAsync("image.preprocess");
        await Expect(again.Locator("output")).ToHaveTextAsync("1 match");
        await Expect(again.GetByRole(AriaRole.Complementary, new() { Name = "Span" })).ToContainTextAsync("slow run");
        await Expect(again.Locator(".row[aria-selected=true]")).ToContainTextAsync("slow");
    }

    [Fact]
    public async Task Keyboard_OnTheSpans_WalksOpensAndCloses()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(1)}");
        var grid = page.GetByRole(AriaRole.Treegrid);
        await grid.FocusAsync();

        // To the gateway, which closes over its two calls; then its details.
        foreach (var key in (string[])["Home", "ArrowDown", "ArrowDown", "ArrowLeft", "Enter"])
        {
            await page.Keyboard.PressAsync(key);
        }

        await Expect(page.Rows()).ToHaveCountAsync(3);
        await Expect(grid).ToHaveAttributeAsync("aria-activedescendant", $"span-{Ids.Span(3)}");
        await Expect(page.Locator(".details")).ToContainTextAsync("gateway infer");

        await page.GetByRole(AriaRole.Button, new() { Name = "Close" }).PressAsync("Escape");
        await Expect(page.Locator(".details")).ToBeHiddenAsync();
        await Expect(grid).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(page.Rows()).ToHaveCountAsync(5);
    }

    [Fact]
    public async Task LateSpan_OfAYoungTrace_ChangesNothingElse()
    {
        await using var store = await RunningStore.StartAsync();

        // Ahead of the clock, so that it stays young for a while on a slow machine too.
        var start = ShownTraces.Now + 15_000;
        await store.SendPhotographAsync(1, start: start);
        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(1)}");
        await page.GetByLabel("Find in this trace").FillAsync("run");
        await page.Rows().Filter(new() { HasText = "gateway" }).Locator(".caret").ClickAsync();
        await page.Rows().Filter(new() { HasText = "image.preprocess" }).ClickAsync();
        await page.Locator("summary").Filter(new() { HasText = "Process" }).ClickAsync();
        await Expect(page.Rows()).ToHaveCountAsync(3);
        await page.EvaluateAsync("document.querySelectorAll('.row, .details').forEach(element => { element.kept = true; })");

        await store.SendAsync(OtlpBytes.Request("late", OtlpBytes.Span(Ids.Trace(1), Ids.Span(9), Ids.Span(1), "afterwards", startMillis: start + 100, millis: 300)));

        await Expect(page.Rows()).ToHaveCountAsync(4);
        await Expect(page.Locator(".stats")).ToContainTextAsync("400 ms");
        await Expect(page.Locator(".details")).ToContainTextAsync("host.name");
        await Expect(page.GetByLabel("Find in this trace")).ToHaveValueAsync("run");
        Assert.Equal(4, await page.EvaluateAsync<int>("[...document.querySelectorAll('.row, .details')].filter(element => element.kept).length"));
    }

    [Fact]
    public async Task Address_OfATraceThatIsNotHereYet_WaitsForIt()
    {
        await using var store = await RunningStore.StartAsync();
        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(1)}");
        await Expect(page.Locator(".notice")).ToContainTextAsync("This trace is not here yet.");

        await store.SendPhotographAsync(1);

        await Expect(page.Rows()).ToHaveCountAsync(5);
    }

    [Fact]
    public async Task Logs_OfATrace_StandBesideTheirSpans()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendPhotographAsync(1);
        using var content = new ByteArrayContent(
            OtlpBytes.Logs("slow", "Queue", OtlpBytes.Log(Ids.Trace(1), Ids.Span(5), "Warning", "The queue is long.", ("depth", "7"), millis: 30)));
        content.Headers.ContentType = new("application/x-protobuf");
        using var sent = await store.OtlpClient.PostAsync("/v1/logs", content);
        sent.EnsureSuccessStatusCode();

        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(1)}");

        var row = page.Rows().Filter(new() { HasText = "slow" });
        await Expect(row).ToContainTextAsync("≡ 1");
        await row.ClickAsync();
        await Expect(page.Locator(".details .records")).ToContainTextAsync("The queue is long.depth7");

        await page.GetByRole(AriaRole.Link, new() { Name = "Logs 1" }).ClickAsync();
        await Expect(page.Locator("section .records").Last).ToContainTextAsync("+30.0 ms Warning slow Queue");
    }

    [Fact]
    public async Task Duration_JustBelowAUnit_IsTheNextOne()
    {
        await using var store = await RunningStore.StartAsync();
        var page = await browser.OpenAsync(store, "system");

        var texts = await page.EvaluateAsync<string[]>(
            "micros => import('/viewer/format.js').then(format => micros.map(format.duration))",
            new double[] { 999, 999_999, 59_999_999, 61_000_000, 119_999_999, 3_599_999_999 });

        Assert.Equal(["999 µs", "1.00 s", "1 m 0 s", "1 m 1 s", "2 m 0 s", "1 h 0 m"], texts);
    }
}
