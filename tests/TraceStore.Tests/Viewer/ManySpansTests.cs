using InferenceTracing.EndToEnd.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>Ten thousand spans on the page of a trace: as quick as a few, because as many are in the document.</summary>
public sealed class ManySpansTests(Browser browser)
{
    private const int Few = 30;
    private const int Many = 10_000;

    // Generous, beside much else on the machine. With all rows in the document it was a hundredfold.
    private const double Ratio = 12;

    private static readonly (string Name, string Script)[] Steps =
    [
        ("collapse", "press('Collapse all')"),
        ("expand", "press('Expand all')"),
        ("find", "find.value = 'no. 2' + turn; find.dispatchEvent(new Event('input'))"),
        ("next", "press('›')"),
        ("detail", "document.querySelectorAll('.row')[turn + 1].click()"),
        ("end", "document.querySelector('.rows').dispatchEvent(new KeyboardEvent('keydown', { key: turn % 2 ? 'End' : 'Home' }))"),
    ];

    [Fact]
    public async Task Trace_OfTenThousandSpans_IsAsQuickAsOneOfThirty()
    {
        await using var store = await RunningStore.StartAsync();
        await store.SendManyAsync(1, Few);
        await store.SendManyAsync(2, Many);

        var few = await TimeAsync(await OpenAsync(store, 1));
        var page = await OpenAsync(store, 2);
        var many = await TimeAsync(page);

        foreach (var (step, quick, slow) in Steps.Select((step, index) => (step.Name, few[index], many[index])))
        {
            TestContext.Current.TestOutputHelper?.WriteLine($"{step}: {quick:0} ms with {Few} spans, {slow:0} ms with {Many}");
            Assert.True(slow < Ratio * quick, $"{step} takes {slow:0} ms with {Many} spans, {quick:0} ms with {Few}.");
        }

        Assert.InRange(await page.Rows().CountAsync(), 20, 100);
        Assert.Equal($"{Many}", await page.GetByRole(AriaRole.Treegrid).GetAttributeAsync("aria-rowcount"));
    }

    private async Task<IPage> OpenAsync(RunningStore store, int trace)
    {
        var page = await browser.OpenAsync(store, $"trace/{Ids.Trace(trace)}");
        await Expect(page.Rows().First).ToBeVisibleAsync();
        return page;
    }

    /// <summary>The quickest of five turns, each until what changed has been painted: what else the machine does only ever makes one slower.</summary>
    private static Task<double[]> TimeAsync(IPage page) => page.EvaluateAsync<double[]>(
        $$"""
        async () => {
          const find = document.querySelector('.tools input');
          const press = text => [...document.querySelectorAll('button')].find(button => button.textContent === text).click();
          const painted = () => new Promise(done => requestAnimationFrame(() => setTimeout(done)));
          const steps = [{{string.Join(", ", Steps.Select(step => $"turn => {{ {step.Script} }}"))}}];
          const taken = steps.map(() => []);
          for (let turn = 0; turn < 5; turn++) {
            for (const [index, step] of steps.entries()) {
              await painted();
              const began = performance.now();
              step(turn);
              await painted();
              taken[index].push(performance.now() - began);
            }
          }
          return taken.map(times => Math.min(...times));
        }
        """);
}
