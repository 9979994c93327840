using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>What keeps people from reading or using a page: every rule of axe-core, and more width than there is.</summary>
internal static class PageReading
{
    public static async Task<IReadOnlyList<string>> ProblemsAsync(IPage page)
    {
        var axe = await page.RunAxe();
        var width = await page.EvaluateAsync<int>("document.documentElement.scrollWidth - innerWidth");

        return
        [
            .. axe.Violations.Select(rule => $"{rule.Id}: {rule.Help}: {string.Join("; ", rule.Nodes.Select(node => node.Html))}"),
            .. width > 0 ? [$"{width} pixels stick out"] : Array.Empty<string>(),
        ];
    }
}
