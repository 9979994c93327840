using System.Diagnostics;
using System.Net.Http.Json;
using System.Text.Json;
using InferenceTracing.ModelRepository;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.TestBed;
using InferenceTracing.TraceCheck;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>An edge with a vote of its own: who answers in which mode, and what the answer, the trace and the health say of it.</summary>
public sealed class EdgeModeTests(VotingSystem system, Browser browser) : IClassFixture<VotingSystem>
{
    [Fact]
    public async Task Fallback_ClusterThere_IsTheClustersAnswer()
    {
        await system.RestartAsync("fallback");

        var answer = await system.ClosedAsync();

        Assert.Equal(("cluster", null, false), (DecidedBy(answer), Why(answer), answer.Body.GetProperty("provisional").GetBoolean()));
        Assert.Equal(JsonValueKind.Null, answer.Body.GetProperty("edge").ValueKind);
        await system.WaitForCompleteTraceAsync(answer.TraceId);
    }

    [Fact]
    public async Task Fallback_ClusterAway_IsTheEdgesProvisionalAnswerUntilItIsBack()
    {
        await system.RestartAsync("fallback");
        await system.ClosedAsync();
        system.Kill("gateway");

        var away = await system.Edge.PostAsync(Upload.Drawn);
        await Patience.UntilAsync(() => system.HealthAsync(), ready => ready == "degraded");
        var later = await system.Edge.PostAsync(Upload.Drawn);
        using var health = await system.Edge.GetAsync(new Uri("health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        var ready = await health.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
        await system.Fleet.StartAgainAsync("gateway", TestContext.Current.CancellationToken);
        var back = await Patience.UntilAsync(() => system.Edge.PostAsync(Upload.Drawn), answer => DecidedBy(answer) == "cluster");

        Assert.All([away, later], answer =>
        {
            Assert.Equal(200, answer.Status);
            Assert.Equal(("edge", "cluster_unreachable", true), (DecidedBy(answer), Why(answer), answer.Body.GetProperty("provisional").GetBoolean()));
            Assert.Equal(answer.Label, answer.Body.GetProperty("edge").GetProperty("label").GetString());
            Assert.Empty(answer.Body.GetProperty("votes").EnumerateArray());
        });
        Assert.Equal(200, (int)health.StatusCode);
        Assert.Equal("degraded", ready.GetProperty("status").GetString());
        Assert.Contains("circuit open", ready.GetProperty("checks").GetProperty("cluster").GetProperty("description").GetString(), StringComparison.Ordinal);
        Assert.Equal(200, back.Status);

        // Kept while the way was lost, and whole now.
        var spans = await system.WaitForCompleteTraceAsync(later.TraceId);
        var request = spans.One("preprocessing", "POST /preprocessing", "server");
        Assert.False(request.Failed);
        Assert.Equal(("edge", "cluster_unreachable", "true", "open"), (request.Tags["edge.decided_by"], request.Tags["edge.why"], request.Tags["edge.provisional"], request.Tags["edge.circuit"]));
        Assert.Equal("mobilenetv2", spans.One("preprocessing", "edge.infer", "internal").Tags["inference.model.name"]);
    }

    [Fact]
    public async Task Page_ClusterAwayThenBack_ShowsWhoAnsweredAndWhatTheClusterSaysLater()
    {
        await system.RestartAsync("fallback");
        await system.ClosedAsync();
        // What other tests left in the outbox would be judged before this one's, at the pace that comes after an outage.
        await Patience.UntilAsync(() => system.OutboxAsync("pending"), pending => pending == 0);
        system.Kill("gateway");
        var page = await browser.OpenAsync(system.Plan.Edge, width: 820, height: 2000);
        var photo = new FilePayload { Name = "drawn.png", MimeType = "image/png", Buffer = Upload.Drawn };

        // Where its disk is busy the outbox goes without an answer rather than keep it waiting: then there is nothing to be said later.
        await Patience.UntilAsync(
            async () => await (await page.RunAndWaitForResponseAsync(() => page.SetInputFilesAsync("#file", photo), "**/preprocessing")).JsonAsync<JsonElement>(),
            answer => answer.GetProperty("queued").GetBoolean());
        await Expect(page.Locator("#decision")).ToHaveTextAsync("provisional The cluster could not be reached: the edge answered by itself, to be checked later.");
        await system.Fleet.StartAgainAsync("gateway", TestContext.Current.CancellationToken);

        await Expect(page.Locator("#later")).ToContainTextAsync("The cluster has looked at it since", new() { Timeout = 90_000 });
        await Expect(page.Locator("#decision")).Not.ToContainTextAsync("provisional");
        await Browser.KeepAsync(page, "outage.png");

        // The judgement's own trace, from the edge to both models.
        await page.GotoAsync(await page.Locator("#later a").GetAttributeAsync("href") ?? "");
        await Expect(page.GetByRole(AriaRole.Treegrid).GetByRole(AriaRole.Row)).ToHaveCountAsync(RequestTrace.OfJudgement(system.Members).SpanCount, new() { Timeout = 20_000 });
    }

    [Fact]
    public async Task Fallback_ClusterTakesNoMore_IsTheEdgesAnswerAndSaysWhy()
    {
        await system.RestartAsync("fallback");
        await system.ClosedAsync();
        await system.LimitAsync(requestsPerSecond: 1);

        try
        {
            await system.ClosedAsync();
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => system.Edge.PostAsync(Upload.Drawn)));

            Assert.All(answers, answer => Assert.Equal(200, answer.Status));
            var excess = answers.Where(answer => DecidedBy(answer) == "edge").ToList();
            Assert.NotEmpty(excess);
            Assert.All(excess, answer => Assert.Equal(("overloaded", true), (Why(answer), answer.Body.GetProperty("provisional").GetBoolean())));
        }
        finally
        {
            await system.LimitAsync(requestsPerSecond: 500);
        }
    }

    /// <summary>More at once than the edge sends to the cluster, again and again: its own limit is no overload of the cluster's, and its outbox is not to wait for ever.</summary>
    [Fact]
    public async Task Fallback_EdgeSendsNoMoreForAMoment_JudgesAllTheSame()
    {
        await system.RestartAsync("fallback");
        await system.ClosedAsync();

        async Task<IReadOnlyList<EdgeAnswer>> BurstAsync() => await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => system.Edge.PostAsync(Upload.Drawn)));
        await Patience.UntilAsync(BurstAsync, answers => answers.Any(answer => Why(answer) == "overloaded" && answer.Body.GetProperty("queued").GetBoolean()));
        var before = await system.OutboxAsync("judged");

        await Patience.UntilAsync(
            async () =>
            {
                await BurstAsync();
                return await system.OutboxAsync("judged");
            },
            judged => judged > before + 1);
    }

    [Fact]
    public async Task Edge_Always_IsTheEdgesAnswer()
    {
        await system.RestartAsync("edge");

        var answer = await system.Edge.PostAsync(Upload.Drawn);

        Assert.Equal(("edge", "edge_only", false), (DecidedBy(answer), Why(answer), answer.Body.GetProperty("provisional").GetBoolean()));
        var spans = await system.WaitForCompleteTraceAsync(answer.TraceId);
        Assert.All(spans, span => Assert.Equal("preprocessing", span.Service));
    }

    [Theory]
    [InlineData(0, "edge", "confident")]
    [InlineData(1, "cluster", "unsure")]
    public async Task Cascade_AtAThreshold_IsWhoseAnswerTheConfidenceSays(int threshold, string decidedBy, string why)
    {
        system.Calibrate(threshold);
        await system.RestartAsync("cascade");
        await Patience.UntilAsync(() => system.HealthAsync(), ready => ready == "healthy");

        var answer = await system.Edge.PostAsync(Upload.Drawn);

        Assert.Equal((decidedBy, why), (DecidedBy(answer), Why(answer)));
        Assert.Equal("mobilenetv2", answer.Body.GetProperty("edge").GetProperty("model").GetString());
        var spans = await system.WaitForCompleteTraceAsync(answer.TraceId);
        spans.One("preprocessing", "edge.infer", "internal");
        Assert.Equal(decidedBy == "cluster", spans.Any(span => span.Service == "ensemble"));
    }

    private static string? DecidedBy(EdgeAnswer answer) => answer.Body.GetProperty("decidedBy").GetString();

    private static string? Why(EdgeAnswer answer) => answer.Body.GetProperty("why").GetString();
}

/// <summary>A system whose edge votes with MobileNetV2.</summary>
public sealed class VotingSystem : RunningSystem
{
    private string EdgeFolder => Directory.CreateDirectory(Path.Combine(Folder, "edge")).FullName;

    /// <summary>Starts the edge again in another mode.</summary>
    public Task RestartAsync(string mode)
    {
        Plan["preprocessing"].Settings["Edge__Mode"] = mode;
        return Fleet.StartAgainAsync("preprocessing", TestContext.Current.CancellationToken);
    }

    /// <summary>Starts the gateway again, so that it lets no more through.</summary>
    public Task LimitAsync(int requestsPerSecond)
    {
        var settings = Plan["gateway"].Settings;
        settings["Gateway__RequestsPerSecond"] = settings["Gateway__Burst"] = $"{requestsPerSecond}";
        return Fleet.StartAgainAsync("gateway", TestContext.Current.CancellationToken);
    }

    /// <summary>The first answer of the cluster's.</summary>
    internal Task<EdgeAnswer> ClosedAsync() => Patience.UntilAsync(() => Edge.PostAsync(Upload.Drawn), answer => answer.Body.GetProperty("decidedBy").GetString() == "cluster");

    /// <summary>So many answers of the outbox are in this state.</summary>
    internal async Task<int> OutboxAsync(string state) =>
        (await Edge.GetFromJsonAsync<JsonElement>(new Uri("v1/outbox", UriKind.Relative), TestContext.Current.CancellationToken)).GetProperty(state).GetInt32();

    /// <summary>Ends a service as a power cut would.</summary>
    internal void Kill(string name)
    {
        var victim = Fleet.Processes.Single(process => process.Spec.Name == name);
        using var process = Process.GetProcessById(victim.Id);
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>What the edge says of itself.</summary>
    public async Task<string?> HealthAsync()
    {
        using var answer = await Edge.GetAsync(new Uri("health/ready", UriKind.Relative), TestContext.Current.CancellationToken);
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("status").GetString();
    }

    /// <summary>A calibration as <c>calibrate</c> would write it, with the threshold that a test wants.</summary>
    public void Calibrate(int threshold) => File.WriteAllText(Path.Combine(EdgeFolder, "calibration.json"), $$"""
        {"model":"mobilenetv2","version":"1","precision":"float32","temperature":1,"threshold":{{threshold}},"wantedAgreement":0.99,"photographs":100,"ensemble":"ensemble"}
        """);

    private protected override void Settle(ServicePlan plan)
    {
        plan.VoteAtEdge(new EdgeVoting("fallback", "mobilenetv2"), Precision.Float32, EdgeFolder);
        // There is no region to spread over: one edge may ask at once when the cluster is back.
        plan["preprocessing"].Settings["Edge__ReturnWithin"] = "00:00:01";
    }
}
