using InferenceTracing.Photos;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>
/// What the demo page says of answers that the edge gave by itself, and of what the cluster said later. The page is the edge's own; its answers are written here, since
/// each of them wants the cluster in another state.
/// </summary>
public sealed class EdgeAnswerPageTests(RunningSystem system, Browser browser)
{
    private const string Id = "0af7651916cd43dd8448eb211c80319c";

    private static readonly FilePayload Photo = new() { Name = "drawn.png", MimeType = "image/png", Buffer = DrawnPhotos.Draw()[0].Bytes };

    [Theory]
    [InlineData("cluster", null, false, false, "")]
    [InlineData("cluster", "unsure", false, false, "The edge was not sure (93 %) and asked the cluster.")]
    [InlineData("edge", "confident", false, false, "The edge answered by itself: it was sure (93 %).")]
    [InlineData("edge", "confident", false, true, "The edge answered by itself: it was sure (93 %). The cluster checks this one later, as it does one in so many.")]
    [InlineData("edge", "edge_only", false, false, "The edge answered by itself: it is set never to ask the cluster.")]
    [InlineData("edge", "cluster_unreachable", true, true, "The cluster could not be reached: the edge answered by itself, to be checked later.")]
    [InlineData("edge", "cluster_unreachable", true, false, "The cluster could not be reached: the edge answered by itself.")]
    [InlineData("edge", "deadline", true, true, "The cluster did not answer in time: the edge answered by itself, to be checked later.")]
    [InlineData("edge", "overloaded", true, true, "The cluster has too much to do at the moment: the edge answered by itself, to be checked later.")]
    [InlineData("edge", "cluster_failed", true, true, "The cluster could not answer: the edge answered by itself, to be checked later.")]
    [InlineData("edge", "unsure", true, true, "The edge was not sure, and the cluster could not be asked: the edge answered by itself, to be checked later.")]
    [InlineData("edge", "of_another_version", false, false, "The edge answered by itself.")]
    public async Task Decision_OfEveryKind_IsSaidInWords(string decidedBy, string? why, bool provisional, bool queued, string expected)
    {
        var page = await browser.OpenAsync(system.Plan.Edge);

        var said = await page.EvaluateAsync<string>(
            "answer => import('/words.js').then(words => words.decisionOf(answer))", new { decidedBy, why, provisional, queued, edge = new { confidence = 0.9349 } });

        Assert.Equal(expected, said);
    }

    [Theory]
    [InlineData("closed", 7, "")]
    [InlineData("open", 0, "The cluster cannot be reached at the moment; it is tried again by itself.")]
    [InlineData("open", 1, "The cluster cannot be reached at the moment; it is tried again by itself. One answer of the edge waits to be checked.")]
    [InlineData("half_open", 12, "The cluster could not be reached and is being tried again. 12 answers of the edge wait to be checked.")]
    public async Task Circuit_InEveryState_IsSaidInWords(string circuit, int pending, string expected)
    {
        var page = await browser.OpenAsync(system.Plan.Edge);

        Assert.Equal(expected, await page.EvaluateAsync<string>("outbox => import('/words.js').then(words => words.circuitInWords(outbox))", new { circuit, pending }));
    }

    /// <summary>Where the edge answers in the cluster's place, the cluster was tried first; a cascade asks the edge's own model first.</summary>
    [Theory]
    [InlineData("edge", true, 30, "preprocess 6, request 30 failed, infer 4 own, total 42")]
    [InlineData("edge", true, 0.04, "preprocess 6, infer 4 own, total 12.04")]
    [InlineData("edge", false, 0, "preprocess 6, infer 4 own, total 12")]
    [InlineData("cluster", false, 30, "preprocess 6, infer 4 own, request 30, network 10, ensemble 20, total 42")]
    public async Task Stages_OfEveryKind_FollowOneAnother(string decidedBy, bool provisional, double request, string expected)
    {
        var page = await browser.OpenAsync(system.Plan.Edge);

        var stages = await page.EvaluateAsync<string>(
            """
            answer => import('/stages.js').then(({ stagesOf }) => stagesOf(answer).slice(3)
              .map(({ name, length, className }) => `${name} ${length} ${className}`.trim()
                .replace('Decode and resize', 'preprocess').replace(/^Request to the cluster(, in vain)?/, 'request').replace("The edge's own model", 'infer')
                .replace(/^on the way.*(\d\d).*/, 'network $1').replace(/^ensemble (\d+).*/, 'ensemble $1').replace('Total', 'total').replace(' total', ''))
              .join(', '))
            """,
            new
            {
                decidedBy,
                provisional,
                votes = Array.Empty<object>(),
                timings = new { upload = 1, queue = 0, inspect = 1, preprocess = 6, infer = 4, request, network = request / 3, ensemble = request * 2 / 3, total = 12 + request },
            });

        Assert.Equal(expected, stages);
    }

    [Fact]
    public async Task Answer_Provisional_IsMarkedUntilItIsJudged()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        await page.Clock.InstallAsync();
        await AnswerAsync(page, "cluster_unreachable", provisional: true, queued: true);
        var asked = 0;
        await page.RouteAsync($"**/v1/answers/{Id}", route => route.FulfillAsync(new() { Json = ++asked < 3 ? new { state = "pending" } : Judged("lynx", agreed: false) }));
        await page.SetInputFilesAsync("#file", Photo);

        await Expect(page.Locator("#decision")).ToHaveTextAsync("provisional The cluster could not be reached: the edge answered by itself, to be checked later.");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "drawn.png: tabby, provisional" })).ToBeVisibleAsync();
        await Expect(page.Locator("#votes article h4")).ToHaveTextAsync(["mobilenetv2 int8 at the edge"]);
        await Expect(page.Locator("#votes li")).ToHaveCountAsync(2);

        // The cluster was not asked, so no time went there.
        await Expect(page.Locator("#stages")).ToContainTextAsync("The edge's own model4.2 ms");
        await Expect(page.Locator("#stages")).Not.ToContainTextAsync("cluster");

        // The pauses grow: 2 s, 3 s, 4.5 s.
        await AskedAfterAsync(2_000, 1);
        await AskedAfterAsync(3_000, 2);
        await Expect(page.Locator("#later")).ToBeEmptyAsync();
        await AskedAfterAsync(4_500, 3);

        await Expect(page.Locator("#later")).ToHaveTextAsync("The cluster has looked at it since and sees something else: lynx (87 %), not tabby. Open the trace of its judgement");
        await Expect(page.Locator("#later a")).ToHaveAttributeAsync("href", "http://127.0.0.1:1/trace/b7ad6b7169203331b7ad6b7169203331");
        await Expect(page.Locator("#label")).ToHaveTextAsync("lynx");
        await Expect(page.Locator("#decision")).ToHaveTextAsync("changed The cluster could not be reached: the edge answered by itself.");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "drawn.png: lynx, changed" })).ToBeVisibleAsync();
        await Expect(page.Locator("#votes article")).ToHaveTextAsync(["efficientnetb0agreeslynx87.0 %", "mobilenetv2 int8 at the edgesees something elsetabby93.4 %tiger cat4.0 %"]);

        async Task AskedAfterAsync(long millis, int times)
        {
            await page.RunAndWaitForResponseAsync(() => page.Clock.RunForAsync(millis), $"**/v1/answers/{Id}");
            Assert.Equal(times, asked);
        }
    }

    [Fact]
    public async Task Answer_Audited_IsConfirmed()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        await page.Clock.InstallAsync();
        await AnswerAsync(page, "confident", provisional: false, queued: true);
        await page.RouteAsync($"**/v1/answers/{Id}", route => route.FulfillAsync(new() { Json = Judged("tabby", agreed: true) }));
        await page.SetInputFilesAsync("#file", Photo);
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "drawn.png: tabby", Exact = true })).ToBeVisibleAsync();

        await page.RunAndWaitForResponseAsync(() => page.Clock.RunForAsync(2_000), $"**/v1/answers/{Id}");

        await Expect(page.Locator("#later")).ToContainTextAsync("The cluster has looked at it since and agrees: tabby (87 %).");
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "drawn.png: tabby, confirmed" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Answer_NoLongerKept_IsNotWaitedFor()
    {
        var page = await browser.OpenAsync(system.Plan.Edge);
        await page.Clock.InstallAsync();
        await AnswerAsync(page, "overloaded", provisional: true, queued: true);
        await page.RouteAsync($"**/v1/answers/{Id}", route => route.FulfillAsync(new() { Status = 404, Json = new { reason = "answer_unknown" } }));
        await page.SetInputFilesAsync("#file", Photo);
        await Expect(page.Locator("#answer")).ToBeVisibleAsync();

        await page.RunAndWaitForResponseAsync(() => page.Clock.RunForAsync(2_000), $"**/v1/answers/{Id}");

        await Expect(page.Locator("#later")).ToHaveTextAsync("The cluster has not checked this answer and will not any more.");
    }

    [Fact]
    public async Task Circuit_WhileTheClusterIsAway_IsSaidUntilItIsBack()
    {
        var page = await browser.OpenAsync(new Uri("about:blank"));
        var state = "open";
        await page.RouteAsync("**/v1/outbox", route => route.FulfillAsync(new() { Json = new { circuit = state, pending = 0 } }));
        await page.Clock.InstallAsync();
        await page.GotoAsync(system.Plan.Edge.ToString());
        await Expect(page.Locator("#circuit")).ToContainTextAsync("cannot be reached");

        state = "closed";
        await page.RunAndWaitForResponseAsync(() => page.Clock.RunForAsync(5_000), "**/v1/outbox");

        await Expect(page.Locator("#circuit")).ToBeEmptyAsync();
    }

    [Theory]
    [InlineData(400, ColorScheme.Light)]
    [InlineData(400, ColorScheme.Dark)]
    [InlineData(1280, ColorScheme.Light)]
    [InlineData(1280, ColorScheme.Dark)]
    public async Task Page_WithEveryMark_FitsAndCanBeReadByAll(int width, ColorScheme scheme)
    {
        var page = await browser.OpenAsync(new Uri("about:blank"), width, 1500, scheme);
        await page.Clock.InstallAsync();
        await page.RouteAsync("**/v1/outbox", route => route.FulfillAsync(new() { Json = new { circuit = "open", pending = 2 } }));
        await page.GotoAsync(system.Plan.Edge.ToString());
        await AnswerAsync(page, "cluster_unreachable", provisional: true, queued: true);
        await page.SetInputFilesAsync("#file", Photo);
        await Expect(page.Locator("#decision")).ToContainTextAsync("provisional");
        await ReadAsync("provisional");

        foreach (var (mark, label) in new[] { ("changed", "lynx"), ("confirmed", "tabby") })
        {
            await page.UnrouteAsync($"**/v1/answers/{Id}");
            await page.RouteAsync($"**/v1/answers/{Id}", route => route.FulfillAsync(new() { Json = Judged(label, agreed: label == "tabby") }));
            await page.SetInputFilesAsync("#file", Photo);
            await Expect(page.Locator("#answer")).ToBeVisibleAsync();
            await page.RunAndWaitForResponseAsync(() => page.Clock.RunForAsync(2_000), $"**/v1/answers/{Id}");
            await Expect(page.Locator("#decision")).ToContainTextAsync(mark);
            await ReadAsync(mark);
        }

        async Task ReadAsync(string name)
        {
            await Browser.KeepAsync(page, $"edge-{width}-{scheme}-{name}.png".ToLowerInvariant(), forReadme: false);
            Assert.Equal("", string.Join("\n", await PageReading.ProblemsAsync(page)));
        }
    }

    private static Task AnswerAsync(IPage page, string why, bool provisional, bool queued) => page.RouteAsync("**/preprocessing", route => route.FulfillAsync(new()
    {
        Json = new
        {
            prediction = new { label = "tabby", @class = 281, probability = 0.934 },
            top = new[] { new { label = "tabby", @class = 281, probability = 0.934 }, new { label = "tiger cat", @class = 282, probability = 0.04 } },
            votes = Array.Empty<object>(),
            degraded = false,
            untrained = false,
            timings = new { upload = 1.5, queue = 0, inspect = 0.2, preprocess = 6.1, infer = 4.2, request = 0, network = 0, ensemble = 0, total = 12.0 },
            trace = new { id = Id, url = $"http://127.0.0.1:1/trace/{Id}" },
            decidedBy = "edge",
            why,
            provisional,
            queued,
            edge = new { model = "mobilenetv2", version = "1", precision = "int8", label = "tabby", @class = 281, probability = 0.934, confidence = 0.93, ms = 4.2, untrained = false },
        },
    }));

    private static object Judged(string label, bool agreed)
    {
        var top = new[] { new { label, @class = 281, probability = 0.87 } };
        return new
        {
            traceId = Id,
            state = "judged",
            final = new
            {
                label,
                @class = 281,
                probability = 0.87,
                top,
                votes = new[] { new { model = "efficientnetb0", label, @class = 281, probability = 0.87, top, ms = 21.0, precision = "float32" } },
                agreed,
                judged = "2026-01-01T00:00:00Z",
                trace = new { id = "b7ad6b7169203331b7ad6b7169203331", url = "http://127.0.0.1:1/trace/b7ad6b7169203331b7ad6b7169203331" },
            },
        };
    }
}
