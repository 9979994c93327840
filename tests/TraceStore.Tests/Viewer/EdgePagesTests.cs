using InferenceTracing.EndToEnd.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>What the pages show of answers that an edge gave by itself, and of what the cluster said later.</summary>
public sealed class EdgePagesTests(Browser browser)
{
    private const int First = 0xa1, Judge = 0xb2, Mate = 0xc3;

    [Fact]
    public async Task TracePage_OfAnAnswerJudgedLater_LeadsToTheJudgementAndBack()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendEdgeAnswerAsync(First, "cluster_unreachable", start: 0, queued: true);
        await store.SendEdgeAnswerAsync(0xd4, "cluster_unreachable", start: 0, queued: true);
        await store.SendJudgementAsync(0xe5, 0xd4, "provisional", "tabby", start: 600_001);
        await store.SendJudgementAsync(Judge, First, "provisional", "tiger cat", start: 600_000, mate: Mate);

        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(First)}");
        var judgement = page.Locator(".judgement");

        await Expect(judgement).ToHaveTextAsync("Judged later in trace 00000000…: the cluster says tiger cat, the edge said tabby (changed).");
        Assert.Equal("", string.Join("\n", await PageReading.ProblemsAsync(page)));
        await judgement.GetByRole(AriaRole.Link).ClickAsync();

        await Expect(page).ToHaveURLAsync(new Uri(store.Ui, $"trace/{Ids.Trace(Judge)}").ToString());
        await Expect(judgement).ToHaveTextAsync("Judges trace 00000000…: the cluster says tiger cat, the edge said tabby (changed).");

        // Its run's batch-mates are linked as those of any other.
        await Expect(page.Locator(".mates a")).ToHaveAttributeAsync("href", new Uri(store.Ui, $"trace/{Mate.ToString("x16")}").ToString());
        await judgement.GetByRole(AriaRole.Link).ClickAsync();
        await Expect(page).ToHaveURLAsync(new Uri(store.Ui, $"trace/{Ids.Trace(First)}").ToString());
    }

    [Fact]
    public async Task TracePage_WhileOneLooks_SaysThatTheJudgementHasCome()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendEdgeAnswerAsync(First, "confident", start: 0, queued: true);
        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(First)}");
        await Expect(page.Locator(".judgement")).ToContainTextAsync("There is no judgement yet.");

        await store.SendJudgementAsync(Judge, First, "audit", "tabby", start: 1_000);

        await Expect(page.Locator(".judgement")).ToContainTextAsync("the cluster says tabby, the edge said tabby (agreed).");
    }

    [Fact]
    public async Task TracePage_OfAnAnswerThatNobodyJudges_AsksForNoJudgement()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendEdgeAnswerAsync(First, "confident", start: 0);
        var asked = new List<string>();

        var page = await browser.OpenAsync(store, "");
        page.Request += (_, request) => asked.Add(request.Url);
        await page.GotoAsync(new Uri(store.Ui, $"trace/{Ids.Trace(First)}").ToString());
        await Expect(page.Rows()).ToHaveCountAsync(2);

        await Expect(page.Locator(".judgement")).ToBeHiddenAsync();
        Assert.DoesNotContain(asked, url => url.Contains("outbox.judge", StringComparison.Ordinal));
    }

    [Fact]
    public async Task SystemPage_WithAModelAtTheEdge_SaysWhoAnsweredAndWhatTheClusterSaidLater()
    {
        await using var store = await RunningStore.StartAsync();
        var start = ShownTraces.Now - 60_000;

        foreach (var trace in Enumerable.Range(1, 3))
        {
            await store.SendEdgeAnswerAsync(trace, "confident", start);
        }

        await store.SendEdgeAnswerAsync(4, "cluster_unreachable", start, queued: true);
        await store.SendClusterAnswerAsync(5, start);
        await store.SendJudgementAsync(11, 1, "audit", "tabby", start);
        await store.SendJudgementAsync(12, 2, "audit", "tabby", start);
        await store.SendJudgementAsync(13, 3, "audit", "lynx", start + 30_000);
        await store.SendJudgementAsync(14, 4, "provisional", "tabby", start);

        foreach (var (width, scheme) in new[] { (1280, ColorScheme.Light), (400, ColorScheme.Dark) })
        {
            var page = await browser.OpenAsync(store, "system?range=5", width, scheme: scheme);
            var rows = page.Locator(".edges tbody tr");

            await Expect(rows.GetByRole(AriaRole.Rowheader)).ToHaveTextAsync(
            [
                "The cluster", "The edge: the cluster could not be reached", "The edge: it was sure",
                "Audited: the edge was sure", "Provisional: the cluster was away",
            ]);
            await Expect(rows.Nth(2).GetByRole(AriaRole.Cell)).ToContainTextAsync(["3", "60 %", ""]);
            await Expect(rows.Nth(3).GetByRole(AriaRole.Cell)).ToContainTextAsync(["3", "1", "67 %of the last 3", ""]);
            await Expect(rows.Nth(4).GetByRole(AriaRole.Cell)).ToContainTextAsync(["1", "0", "100 %of the last 1", ""]);

            await Browser.KeepAsync(page, $"edges-{width}.png", forReadme: false);
            Assert.Equal("", string.Join("\n", await PageReading.ProblemsAsync(page)));
            await page.CloseAsync();
        }
    }

    [Fact]
    public async Task SystemPage_WithoutAModelAtTheEdge_HasNothingOfIt()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendClusterAnswerAsync(1, ShownTraces.Now - 60_000);

        var page = await browser.OpenAsync(store, "system?range=5");
        await Expect(page.Locator(".red tbody tr")).ToHaveCountAsync(1);

        await Expect(page.Locator(".edges")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Answers_OverTime_AreCountedStepByStep()
    {
        await using var store = await RunningStore.StartAsync();

        // A time of sixty seconds: a point of the charts is a second. What began outside of it does not count.
        foreach (var (trace, second) in new[] { (1, 0UL), (2, 1UL), (3, 1UL), (4, 59UL), (5, 60UL), (6, 61UL) })
        {
            await store.SendEdgeAnswerAsync(trace, "edge_only", start: second * 1_000);
            await store.SendJudgementAsync(10 + trace, trace, "audit", trace % 2 == 0 ? "tabby" : "lynx", start: second * 1_000);
        }

        var answer = await store.GetAsync($"/api/edge?lookback=60000&endTs={(OtlpBytes.Epoch / 1_000_000) + 60_000}");

        var decided = Assert.Single(answer.GetProperty("answers").EnumerateArray());
        var steps = decided.GetProperty("steps").EnumerateArray().Select(step => step.GetInt32()).ToArray();
        Assert.Equal((5, 60), (decided.GetProperty("count").GetInt32(), steps.Length));
        Assert.Equal((1, 2, 0, 2), (steps[0], steps[1], steps[2], steps[59]));

        var judged = Assert.Single(answer.GetProperty("judgements").EnumerateArray());
        var shares = judged.GetProperty("shares").EnumerateArray().Select(share => share.GetDouble()).ToArray();
        Assert.Equal((5, 3, 5), (judged.GetProperty("count").GetInt32(), judged.GetProperty("changed").GetInt32(), judged.GetProperty("of").GetInt32()));
        Assert.Equal((0, 1 / 3.0, 1 / 3.0, 0.4), (shares[0], shares[1], shares[58], shares[59]));
    }
}
