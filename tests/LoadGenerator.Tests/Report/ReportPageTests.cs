using InferenceTracing.EndToEnd.Tests;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Tests.Engines;
using Microsoft.AspNetCore.Http;
using Microsoft.Playwright;

namespace InferenceTracing.LoadGenerator.Tests.Report;

/// <summary>The page, in the browser: of runs of the real system and of edges that misbehave.</summary>
public sealed class ReportPageTests(RunningSystem system, Browser browser) : IDisposable
{
    private const string Degraded = """{"votes":[{"model":"efficientnetb0","label":"cat","error":null},{"model":"mobilenetv2","label":null,"error":"late"}],"degraded":true}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("inference-tracing-load");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Page_OfTheRealSystemBesideAnEarlierRun_ShowsEverythingAndCanBeRead()
    {
        var settings = new ScenarioSettings
        {
            Urls = [$"{system.Edge.BaseAddress}"],
            Jaeger = $"{system.Store.BaseAddress}",
            Rate = 5,
            Duration = "6s",
            WarmUp = "2s",
            CheckTraces = "100%",
            Require = ["p95<10s", "errors<50%", "p50>1us"],
        };
        await Session.RunAsync(settings, _folder.FullName);
        var run = await Session.RunAsync(settings with { Rate = 8 }, _folder.FullName, compare: Path.Combine(_folder.FullName, "report.json"));
        Assert.NotNull(run.Report);

        foreach (var scheme in (ColorScheme[])[ColorScheme.Light, ColorScheme.Dark])
        {
            foreach (var width in (int[])[1280, 400])
            {
                var page = await OpenAsync(width, scheme);
                Assert.Equal("", string.Join("\n", await PageReading.ProblemsAsync(page)));

                if (width > 400 && scheme == ColorScheme.Light)
                {
                    await Assertions.Expect(page.Locator("#compared-note")).ToContainTextAsync("open, 5/s");
                    await Assertions.Expect(page.Locator("#differences")).ToContainTextAsync("load: open, 5/s → open, 8/s");
                    await Assertions.Expect(page.Locator("#compared table")).ToContainTextAsync("member: run");
                    await Assertions.Expect(page.Locator("#path-table")).ToContainTextAsync("edge: upload");
                    await Assertions.Expect(page.Locator("#outcomes")).ToContainTextAsync("answered by every member");
                    await Assertions.Expect(page.Locator("#requirements")).ToContainTextAsync("✔ met");
                    await Assertions.Expect(page.Locator("#photographs tr")).ToHaveCountAsync(run.Report.ByPhotograph.Count > 1 ? run.Report.ByPhotograph.Count + 1 : 1);
                    await Assertions.Expect(page.Locator("#command")).ToHaveTextAsync("loadgen");
                    await Assertions.Expect(page.Locator("#made")).ToContainTextAsync("GiB");
                    // A limit of ten seconds is far above what was measured: named, and not drawn.
                    await Assertions.Expect(page.Locator("#latency")).ToContainTextAsync("p95<10s: above the chart");
                    await Assertions.Expect(page.Locator("#latency text.limit")).ToHaveTextAsync("p50>1us");
                    Assert.True(await page.Locator("#histogram rect").CountAsync() > 1);
                    await Browser.KeepAsync(page, "load.png");
                }

                await page.CloseAsync();
            }
        }
    }

    [Fact]
    public async Task Page_AnswersWithoutAVoteAndErrors_IsNotGreenAndSaysWhy()
    {
        await using var edge = await StubEdge.StartAsync((number, context) =>
        {
            context.Response.StatusCode = number % 4 == 1 ? 503 : 200;
            return context.Response.WriteAsync((number % 4) switch { 1 => """{"reason":"too_busy"}""", 2 => Degraded, _ => "{}" });
        });
        await Session.RunAsync(new ScenarioSettings { Urls = [edge.Url], Clients = 2, Requests = 40, WarmUp = "0s", CheckTraces = "0", Require = ["errors<60%"] }, _folder.FullName);

        var page = await OpenAsync(1280, ColorScheme.Light);

        await Assertions.Expect(page.Locator("#verdict")).ToHaveTextAsync("! Requirements met, but look");
        await Assertions.Expect(page.Locator("#verdict")).ToHaveClassAsync("remarkable");
        await Assertions.Expect(page.Locator("#remarks")).ToContainTextAsync("answers lack a member's vote: mobilenetv2 late");
        await Assertions.Expect(page.Locator("#outcomes")).ToContainTextAsync("answered without mobilenetv2 late");
        await Assertions.Expect(page.Locator("#outcomes")).ToContainTextAsync("503 too_busy");
        Assert.Equal("", string.Join("\n", await PageReading.ProblemsAsync(page)));
        await page.CloseAsync();
    }

    private Task<IPage> OpenAsync(int width, ColorScheme scheme) => browser.OpenAsync(new Uri(Path.Combine(_folder.FullName, "report.html")), width, 1400, scheme);
}
