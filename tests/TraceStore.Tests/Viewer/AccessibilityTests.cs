using InferenceTracing.EndToEnd.Tests;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.TraceStore.Tests.Viewer;

/// <summary>What a screen reader, a keyboard, a phone and a dark room need of the pages.</summary>
public sealed class AccessibilityTests(Browser browser)
{
    // Axe's rules that these pages once broke, and the contrast of what is text (WCAG 1.4.3).
    private const string Problems =
        """
        () => {
          const found = [];
          const check = (holds, what, element) => { if (!holds) found.push(`${what}: ${element.outerHTML.slice(0, 120)}`); };
          const all = selector => [...document.querySelectorAll(selector)].filter(element => element.checkVisibility());
          all('[role=treegrid] > *').forEach(row => check(row.role === 'row', 'a treegrid owns rows', row));
          all('[role=row] > *').forEach(cell => check(cell.role === 'gridcell', 'a row owns cells', cell));
          all('[role=img] a, [role=img] button, [role=img] [tabindex]').forEach(inner => check(false, 'an image holds nothing to press', inner));
          all('a, button, input, select, [role=slider], [role=treegrid], [role=region]').forEach(element => check(
            element.ariaLabel || element.labels?.length || element.textContent.trim(), 'what can be used has a name', element));
          all('img').forEach(image => check(image.hasAttribute('alt'), 'an image has a text', image));
          check(all('h1, h1.hidden').length === 1, 'one heading of the first level', document.querySelector('main'));
          check(document.querySelectorAll('main').length === 1, 'one main part', document.body);
          check(new Set([...document.querySelectorAll('[id]')].map(element => element.id)).size === document.querySelectorAll('[id]').length, 'ids are unique', document.body);
          check(document.documentElement.scrollWidth <= innerWidth, `nothing sticks out of ${innerWidth} pixels`, document.body);

          const pixel = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
          const over = (colours) => {
            pixel.clearRect(0, 0, 1, 1);
            for (const colour of colours) { pixel.fillStyle = colour; pixel.fillRect(0, 0, 1, 1); }
            return [...pixel.getImageData(0, 0, 1, 1).data];
          };
          const light = ([red, green, blue]) => [red, green, blue].map(part => part / 255)
            .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
          for (const element of all('main *, header *')) {
            const own = [...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim());
            if (!own || element.closest('svg, .off, .miss, :disabled, option')) continue;
            const grounds = [];
            // A bar's duration stands inside or beside it.
            for (let at = element; at; at = at.parentElement) {
              if (!at.matches('.span-bar') || element.matches('.inside')) grounds.unshift(getComputedStyle(at).backgroundColor);
            }
            const [one, other] = [light(over(grounds)), light(over([...grounds, getComputedStyle(element).color]))].sort((a, b) => b - a);
            const ratio = (one + 0.05) / (other + 0.05);
            check(ratio >= 4.5, `contrast ${ratio.toFixed(1)} of "${element.textContent.trim().slice(0, 20)}"`, element);
          }
          return found;
        }
        """;

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

            Assert.Empty(await page.EvaluateAsync<string[]>(Problems));
            await page.CloseAsync();
        }
    }
}
