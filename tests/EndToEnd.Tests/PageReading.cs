using Microsoft.Playwright;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>What keeps people from reading a page: controls and pictures without a name, pale text, ids twice, more width than there is.</summary>
internal static class PageReading
{
    // Contrast as WCAG 2.2 counts it (1.4.3): 4.5 to 1, of large text 3 to 1.
    private const string Script = """
        () => {
          const problems = [];
          const seen = node => node.checkVisibility({ visibilityProperty: true, opacityProperty: true }) && node.getClientRects().length > 0;
          const said = node => `${node.tagName.toLowerCase()}#${node.id} "${node.textContent.trim().slice(0, 30)}"`;
          const numbers = colour => colour.match(/[\d.]+/g).map(Number);
          const light = colour => {
            const [r, g, b] = numbers(colour).map(part => (part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
            return 0.2126 * r + 0.7152 * g + 0.0722 * b;
          };
          const behind = node => {
            for (; node; node = node.parentElement) {
              const colour = getComputedStyle(node).backgroundColor;
              if (numbers(colour)[3] !== 0) return colour;
            }
            return "rgb(255, 255, 255)";
          };
          if (document.documentElement.scrollWidth > innerWidth) problems.push(`${document.documentElement.scrollWidth} pixels wide in ${innerWidth}`);
          const ids = [...document.querySelectorAll("[id]")].map(node => node.id);
          ids.filter((id, index) => ids.indexOf(id) !== index).forEach(id => problems.push(`id twice: ${id}`));
          for (const node of document.querySelectorAll("button, a[href], input, progress, video, [role=img], [role=list]")) {
            if (seen(node) && node.tagName !== "VIDEO" && !(node.ariaLabel || node.textContent.trim() || node.labels?.length)) problems.push(`no name: ${said(node)}`);
          }
          for (const picture of document.images) if (!picture.hasAttribute("alt")) problems.push(`no alt: ${said(picture)}`);
          for (const node of document.querySelectorAll("body *")) {
            const own = [...node.childNodes].some(child => child.nodeType === Node.TEXT_NODE && child.data.trim());
            if (!own || !seen(node)) continue;
            const style = getComputedStyle(node);
            const [one, other] = [light(style.color), light(behind(node))].sort((a, b) => b - a);
            const large = parseFloat(style.fontSize) >= 24;
            const contrast = (one + 0.05) / (other + 0.05);
            if (contrast < (large ? 3 : 4.5)) problems.push(`contrast ${contrast.toFixed(1)}: ${said(node)}`);
          }
          return problems;
        }
        """;

    public static Task<string[]> ProblemsAsync(IPage page) => page.EvaluateAsync<string[]>(Script);
}
