using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>What people see: the page to drop a photograph on, and the pages that show its trace.</summary>
public sealed class PageTests(RunningSystem system, Browser browser)
{
    [Fact]
    public async Task Edge_PhotographChosen_ShowsTheAnswerAndLeadsToItsTrace()
    {
        var page = await browser.OpenAsync(system.Plan.Edge, width: 820, height: 2000);
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "drawn.png", MimeType = "image/png", Buffer = Upload.Drawn });

        await Expect(page.Locator("#answer")).ToBeVisibleAsync();
        await Expect(page.Locator("#label")).Not.ToBeEmptyAsync();
        await Expect(page.Locator("#votes article")).ToHaveCountAsync(system.Members.Count);
        await Browser.KeepAsync(page, "edge.png");

        await page.GotoAsync(await page.Locator("#trace").GetAttributeAsync("href") ?? "");
        await Expect(page.GetByRole(AriaRole.Treegrid).GetByRole(AriaRole.Row)).ToHaveCountAsync(system.Shape.SpanCount, new() { Timeout = 20_000 });
    }

    [Fact]
    public async Task Edge_NoPhotograph_ShowsTheReason()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "notes.txt", MimeType = "text/plain", Buffer = "no photograph"u8.ToArray() });

        await Expect(page.Locator("#error")).ToContainTextAsync("Open the trace");
        await Expect(page.Locator("#answer")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Trace_CompleteRequest_IsAWaterfallOfItsSpans()
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn);
        await system.WaitForCompleteTraceAsync(answer.TraceId);

        var page = await browser.OpenAsync(new Uri(system.Plan.Traces, $"trace/{answer.TraceId}"));
        var rows = page.GetByRole(AriaRole.Treegrid).GetByRole(AriaRole.Row);
        await Expect(rows).ToHaveCountAsync(system.Shape.SpanCount);
        await Expect(rows.First).ToContainTextAsync("preprocessing");
        await Browser.KeepAsync(page, "trace.png");

        await rows.Filter(new() { HasText = "ensemble.combine" }).ClickAsync();
        await Expect(page.Locator(".details")).ToContainTextAsync("inference.top.label");
    }

    [Fact]
    public async Task Search_AfterARequest_ListsItsTrace()
    {
        var answer = await system.Edge.PostAsync(Upload.Drawn);
        await system.WaitForCompleteTraceAsync(answer.TraceId);

        var page = await browser.OpenAsync(system.Plan.Traces);
        await Expect(page.Locator(".traces")).ToContainTextAsync(answer.TraceId[..7]);
        await Browser.KeepAsync(page, "search.png");
    }
}
