using InferenceTracing.Photos;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>The page to drop a photograph on, as people and their browsers use it.</summary>
public sealed class DemoPageTests(RunningSystem system, Browser browser)
{
    private const int LikeliestClasses = 5;

    private static readonly IReadOnlyList<FilePayload> Drawn =
        [.. DrawnPhotos.Draw().Select(photo => new FilePayload { Name = photo.Name, MimeType = "image/png", Buffer = photo.Bytes })];

    [Fact]
    public async Task Answer_AnotherPhotographChosenMeanwhile_IsNotShownUnderIt()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        var held = new TaskCompletionSource<IRoute>();
        await page.RouteAsync("**/preprocessing", route => held.TrySetResult(route) ? Task.CompletedTask : route.ContinueAsync());
        await page.SetInputFilesAsync("#file", Drawn[0]);
        var first = await held.Task;

        await page.SetInputFilesAsync("#file", Drawn[1]);
        await Expect(page.Locator("#answer")).ToBeVisibleAsync();
        var label = await page.Locator("#label").TextContentAsync();
        await first.FulfillAsync(new() { Json = new { prediction = new { label = "late" } } });

        await Expect(page.GetByRole(AriaRole.Button, new() { Name = $"{Drawn[0].Name}: stopped" })).ToBeVisibleAsync();
        await Expect(page.Locator("#name")).ToHaveTextAsync(Drawn[1].Name);
        await Expect(page.Locator("#label")).ToHaveTextAsync(label!);
    }

    [Fact]
    public async Task Files_Several_AreAnsweredOneAfterTheOtherAndSeenAgain()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        await page.SetInputFilesAsync("#file", Drawn);
        var strip = page.Locator("#photos button");

        await Expect(strip).ToHaveCountAsync(Drawn.Count);
        await Expect(page.Locator("#name")).ToHaveTextAsync(Drawn[^1].Name);
        await Expect(page.Locator("#answer")).ToBeVisibleAsync();

        for (var i = 0; i < Drawn.Count; i++)
        {
            var name = await strip.Nth(i).GetAttributeAsync("aria-label");
            await strip.Nth(i).ClickAsync();
            await Expect(page.Locator("#name")).ToHaveTextAsync(Drawn[i].Name);
            Assert.Equal(name, $"{Drawn[i].Name}: {await page.Locator("#label").TextContentAsync()}");
        }
    }

    [Fact]
    public async Task File_DroppedBesideEverything_IsAnsweredAndThePageStays()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        var dropped = await page.EvaluateHandleAsync(
            """
            bytes => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([Uint8Array.from(atob(bytes), letter => letter.charCodeAt(0))], "dropped.png", { type: "image/png" }));
              return transfer;
            }
            """,
            Convert.ToBase64String(Upload.Drawn));
        await page.DispatchEventAsync("header", "drop", new { dataTransfer = dropped });

        await Expect(page.Locator("#answer")).ToBeVisibleAsync();
        await Expect(page.Locator("#name")).ToHaveTextAsync("dropped.png");
        Assert.Equal(system.Plan.Edge.ToString(), page.Url);
    }

    [Fact]
    public async Task Sample_ChosenByKeyboard_ShowsWhatTheModelsSawAndSaid()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        var sample = page.GetByRole(AriaRole.Button, new() { Name = "traffic light" });

        for (var tabs = 0; tabs < 10 && !await sample.EvaluateAsync<bool>("button => button === document.activeElement"); tabs++)
        {
            await page.Keyboard.PressAsync("Tab");
        }

        await page.Keyboard.PressAsync("Enter");

        await Expect(page.Locator("#answer")).ToBeVisibleAsync();
        await Expect(page.Locator("#agreement")).ToContainTextAsync("agree");
        await Expect(page.Locator("#top li")).ToHaveCountAsync(LikeliestClasses);

        foreach (var member in system.Members)
        {
            await Expect(page.GetByRole(AriaRole.List, new() { Name = $"Likeliest classes of {member}" }).GetByRole(AriaRole.Listitem)).ToHaveCountAsync(LikeliestClasses);
            await Expect(page.Locator("#stages")).ToContainTextAsync(member);
        }

        Assert.True(await page.Locator("#crop").EvaluateAsync<bool>(
            "canvas => new Set(new Uint32Array(canvas.getContext('2d').getImageData(0, 0, 224, 224).data.buffer)).size > 3"));
    }

    [Fact]
    public async Task Camera_PictureTaken_IsAnswered()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the camera" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Take the picture" }).ClickAsync();

        await Expect(page.Locator("#answer")).ToBeVisibleAsync();
        await Expect(page.Locator("#name")).ToHaveTextAsync("camera.jpg");
        await page.GetByRole(AriaRole.Button, new() { Name = "Close the camera" }).ClickAsync();
        await Expect(page.Locator("#camera")).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Answer_DoesNotCome_IsGivenUpAndTriedAgain()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        var held = new TaskCompletionSource<IRoute>();
        await page.RouteAsync("**/preprocessing", route => held.TrySetResult(route) ? Task.CompletedTask : route.ContinueAsync());
        await page.Clock.InstallAsync();
        await page.SetInputFilesAsync("#file", Drawn[0]);
        await held.Task;
        await page.Clock.FastForwardAsync(30_000);

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no answer for 20 seconds");
        await page.GetByRole(AriaRole.Button, new() { Name = "Try again" }).ClickAsync();
        await Expect(page.Locator("#answer")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToBeHiddenAsync();
    }

    [Fact]
    public async Task Edge_Gone_IsSaidInWords()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        await page.RouteAsync("**/preprocessing", route => route.AbortAsync("connectionrefused"));
        await page.SetInputFilesAsync("#file", Drawn[0]);

        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("The edge cannot be reached");
    }

    [Theory]
    [InlineData(400, ColorScheme.Light)]
    [InlineData(400, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    public async Task Page_AnyWidthAndColours_FitsAndCanBeReadByAll(int width, ColorScheme scheme)
    {
        var page = await browser.OpenAsync(system.Plan.Edge, width, 1800, scheme);
        await page.SetInputFilesAsync("#file", [Drawn[0], new() { Name = "a-file-with-a-name-as-long-as-names-of-files-sometimes-are.txt", MimeType = "image/png", Buffer = "no photograph"u8.ToArray() }, Drawn[1]]);
        await Expect(page.Locator("#name")).ToHaveTextAsync(Drawn[1].Name);
        await Expect(page.Locator("#answer")).ToBeVisibleAsync();
        await Browser.KeepAsync(page, $"demo-{width}-{scheme}.png".ToLowerInvariant(), forReadme: false);
        Assert.Equal("", string.Join("\n", await PageReading.ProblemsAsync(page)));

        await page.Locator("#photos button").Nth(1).ClickAsync();
        await Expect(page.GetByRole(AriaRole.Alert)).ToContainTextAsync("no photograph that can be read");
        await Browser.KeepAsync(page, $"demo-{width}-{scheme}-refused.png".ToLowerInvariant(), forReadme: false);
        Assert.Equal("", string.Join("\n", await PageReading.ProblemsAsync(page)));
    }
}
