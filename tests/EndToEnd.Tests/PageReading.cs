using Deque.AxeCore.Commons;
using Microsoft.Playwright;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>What keeps people from reading or using a page: every rule of axe-core, and more width than there is.</summary>
internal static class PageReading
{
    private static readonly string Axe = new BundledAxeScriptProvider().GetScript();

    /// <summary>
    /// Asks in the page itself, which has no frames, and has only what is broken described. Deque's call for Playwright opens a second page for every look and
    /// describes all that is well, which takes ten times as long.
    /// </summary>
    public static async Task<IReadOnlyList<string>> ProblemsAsync(IPage page)
    {
        await page.EvaluateAsync(Axe);
        var broken = await page.EvaluateAsync<string[]>(
            """
            async () => (await axe.run(document, { resultTypes: ["violations"] })).violations
              .map(rule => `${rule.id}: ${rule.help}: ${rule.nodes.map(node => node.html).join("; ")}`)
            """);
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");

        return [.. broken, .. width > 0 ? [$"{width} pixels stick out"] : Array.Empty<string>()];
    }
}
