using System.Collections.Concurrent;
using Microsoft.Playwright;

[assembly: AssemblyFixture(typeof(InferenceTracing.EndToEnd.Tests.Browser))]

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>The distribution's own Chromium, driven by Playwright, for the tests here and for those of the trace store's pages. Where there is none the tests are skipped, but never in CI.</summary>
public sealed class Browser : IAsyncDisposable
{
    private static readonly string[] Places = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

    private readonly ConcurrentQueue<string> _errors = new();
    private readonly Lazy<Task<IBrowser?>> _browser;
    private IPlaywright? _playwright;

    public Browser()
    {
        _browser = new(StartAsync);

        // A machine that is busy answers late, and not wrongly.
        Assertions.SetDefaultExpectTimeout(30_000);
    }

    /// <summary>A new page. An error in its script, in any test, fails the run when the browser is closed.</summary>
    internal async Task<IPage> OpenAsync(Uri address, int width = 1300, int height = 900, ColorScheme scheme = ColorScheme.Light)
    {
        if (await _browser.Value is not { } browser)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", "CI must have a browser: install chromium.");
            Assert.Skip("There is no Chromium on this machine (Debian: apt-get install chromium).");
            throw new InvalidOperationException();
        }

        var page = await browser.NewPageAsync(new BrowserNewPageOptions
        {
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ColorScheme = scheme,
        });
        page.PageError += (_, error) => _errors.Enqueue(error);
        await page.GotoAsync(address.ToString());
        return page;
    }

    /// <summary>Keeps a picture: for the README with <c>UPDATE_SCREENSHOTS=1</c>, else beside the test results.</summary>
    internal static Task KeepAsync(IPage page, string name, bool forReadme = true)
    {
        var readme = forReadme && Environment.GetEnvironmentVariable("UPDATE_SCREENSHOTS") == "1";
        var folder = readme ? Path.Combine(Root(), "docs", "images") : Path.Combine(AppContext.BaseDirectory, "screenshots");
        return page.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(folder, name) });
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser.IsValueCreated && await _browser.Value is { } browser)
        {
            await browser.DisposeAsync();
        }

        _playwright?.Dispose();
        Assert.Empty(_errors);
    }

    /// <summary>Only once a test wants it.</summary>
    private async Task<IBrowser?> StartAsync()
    {
        if (Array.Find(Places, File.Exists) is not { } executable)
        {
            return null;
        }

        _playwright = await Playwright.CreateAsync();
        return await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions
        {
            ExecutablePath = executable,
            Args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
                // A camera that shows a moving pattern, and that nobody has to allow.
                "--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"],
        });
    }

    private static string Root()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);

        while (!File.Exists(Path.Combine(folder.FullName, "InferenceTracing.sln")))
        {
            folder = folder.Parent ?? throw new InvalidOperationException("The tests do not lie in a checkout.");
        }

        return folder.FullName;
    }
}
