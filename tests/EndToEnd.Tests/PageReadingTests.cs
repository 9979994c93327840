namespace InferenceTracing.EndToEnd.Tests;

/// <summary>That a page which people cannot read or use is told from one which they can.</summary>
public sealed class PageReadingTests(Browser browser)
{
    [Theory]
    [InlineData("<img src='/x.png'>", "image-alt")]
    [InlineData("<p style='color:#999;background:#fff'>pale</p>", "color-contrast")]
    [InlineData("<button></button>", "button-name")]
    [InlineData("<div style='width:3000px'>wide</div>", "pixels stick out")]
    public async Task Problems_OfABrokenPage_AreNamed(string part, string expected)
    {
        var page = await browser.OpenAsync(new Uri("about:blank"));
        await page.SetContentAsync(Page(part));

        Assert.Contains(expected, Assert.Single(await PageReading.ProblemsAsync(page)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Problems_OfAWholePage_AreNone()
    {
        var page = await browser.OpenAsync(new Uri("about:blank"));
        await page.SetContentAsync(Page("<p>read me</p>"));

        Assert.Empty(await PageReading.ProblemsAsync(page));
    }

    private static string Page(string part) => $"<!doctype html><html lang='en'><head><title>a page</title></head><body><main><h1>A page</h1>{part}</main></body></html>";
}
