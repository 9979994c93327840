using System.Collections.Concurrent;
using InferenceTracing.Runner;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(InferenceTracing.EndToEnd.Tests.Browser))]

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>The distribution's own Chromium, driven by Playwright. Where there is none the tests are skipped, but never in CI.</summary>
public sealed class Browser : IAsyncLifetime
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly ConcurrentQueue<string> _errors = new();
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (Array.Find(Places, File.Exists) is not { } executable)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
        });
    }

    /// <summary>A new page. An error in its script, in any test, fails the run when the browser is closed.</summary>
    internal async Task<IPage> OpenAsync(Uri address, int width = 1300, int height = 900)
    {
        if (_browser is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "CI must have a browser: install chromium.");
            Assert.Skip("There is no Chromium on this machine (Debian: apt-get install chromium).");
        }

        var page = await _browser.NewPageAsync(new BrowserNewPageOptions { ViewportSize = new ViewportSize { Width = width, Height = height } });
        page.PageError += (_, error) => _errors.Enqueue(error);
        await page.GotoAsync(address.ToString());
        return page;
    }

    /// <summary>Keeps a picture: for the README with <c>UPDATE_SCREENSHOTS=1</c>, else beside the test results.</summary>
    internal static Task KeepAsync(IPage page, string name)
    {
        var readme = Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") == "1";
        var folder = readme ? Path.Combine(Checkout.Find().Root, "docs", "images") : Path.Combine(AppContext.BaseDirectory, "screenshots");
        return page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name) });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
        Assert.Empty(_errors);
    }
}
