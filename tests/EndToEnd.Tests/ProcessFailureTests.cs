using System.Diagnostics;
using System.Globalization;
using InferenceTracing.Runner;
using InferenceTracing.Runner.Fleet;
using InferenceTracing.TraceCheck;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace InferenceTracing.EndToEnd.Tests;

/// <summary>A system of its own, in which processes are killed: what fails is visible in the answer and on every span above it.</summary>
public sealed class ProcessFailureTests(Browser browser) : IAsyncLifetime
{
    private const string Infer = "POST /v2/models/{model}/infer";

    private readonly string _logs = Directory.CreateTempSubdirectory("inference-tracing-logs").FullName;
    private ServiceFleet? _fleet;
    private ServicePlan? _plan;
    private HttpClient? _edge;
    private HttpClient? _store;

    public async ValueTask InitializeAsync()
    {
        _plan = ServicePlan.Create(Checkout.Find(), await ModelChoice.PrepareAsync(CancellationToken.None), PortChoice.AllFree(), _logs);
        // What is tested is who answers; on a busy machine that takes its time.
        _plan["preprocessing"].Settings["Preprocessing__Timeout"] = "00:00:15";
        _fleet = new ServiceFleet(_plan);
        await _fleet.StartAsync(CancellationToken.None);
        _edge = new HttpClient { BaseAddress = _plan.Edge };
        _store = new HttpClient { BaseAddress = _plan.Traces };
    }

    public async ValueTask DisposeAsync()
    {
        _edge?.Dispose();
        _store?.Dispose();

        if (_fleet is not null)
        {
            await _fleet.DisposeAsync();
        }

        Directory.Delete(_logs, recursive: true);
    }

    [Fact]
    public async Task Answer_OneMemberDead_IsDegradedAndItsCallMarked()
    {
        Kill(_plan!.Members[0]);

        var answer = await _edge!.PostAsync(Upload.Drawn);
        var spans = await WaitAsync(answer, found => HasAllAbove("ensemble")(found) && found.Any(span => span.Name == "ensemble.combine") && found.Any(span => span.Service == "ensemble" && span.Failed));

        Assert.Equal(200, answer.Status);
        Assert.True(answer.Body.GetProperty("degraded").GetBoolean());
        var votes = answer.Body.GetProperty("votes").EnumerateArray().ToList();
        Assert.Contains("cannot be reached", votes[0].GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.NotNull(votes[1].GetProperty("label").GetString());

        var ensemble = spans.One("ensemble", Infer, "server");
        Assert.False(ensemble.Failed);
        Assert.Equal("true", ensemble.Tags["inference.ensemble.degraded"]);
        var failed = Assert.Single(spans, span => span.Failed);
        Assert.Equal(("ensemble", Infer, "client", ensemble.Id), (failed.Service, failed.Name, failed.Kind, failed.ParentId));
        Assert.Equal("connection_error", failed.Tags["error.type"]);

        var page = await browser.OpenAsync(_plan.Edge);
        await page.SetInputFilesAsync("#file", new FilePayload { Name = "drawn.png", MimeType = "image/png", Buffer = Upload.Drawn });
        await Expect(page.Locator("#notes")).ToContainTextAsync($"{_plan.Members[0]} is missing from this vote");
        await Expect(page.Locator("#agreement")).ToHaveTextAsync($"Only {_plan.Members[1]} voted.");
    }

    [Fact]
    public async Task Answer_AllMembersDead_Is503AndEverySpanAboveIsMarked()
    {
        foreach (var member in _plan!.Members)
        {
            Kill(member);
        }

        var answer = await _edge!.PostAsync(Upload.Drawn);
        var spans = await WaitAsync(answer, HasAllAbove("ensemble"));

        Assert.Equal(503, answer.Status);
        Assert.Contains("members answered", answer.Body.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.True(spans.One("preprocessing", "POST /preprocessing", "server").Failed);
        Assert.True(spans.One("preprocessing", Infer, "client").Failed);
        Assert.True(spans.One("gateway", Infer, "server").Failed);
        Assert.True(spans.One("gateway", Infer, "client").Failed);
        var ensemble = spans.One("ensemble", Infer, "server");
        Assert.True(ensemble.Failed);
        Assert.Equal("quorum_not_reached", ensemble.Tags["error.type"]);
        Assert.False(spans.One("preprocessing", "image.preprocess", "internal").Failed);
    }

    [Fact]
    public async Task Answer_EnsembleDeadAndBack_FailsWith503AndComesBackByItself()
    {
        var ensemble = Kill("ensemble");

        var dead = await _edge!.PostAsync(Upload.Drawn);
        var spans = await WaitAsync(dead, HasAllAbove("gateway"));

        Assert.Equal(503, dead.Status);
        Assert.True(spans.One("gateway", Infer, "server").Failed);
        Assert.True(spans.One("preprocessing", "POST /preprocessing", "server").Failed);

        await using var again = ServiceProcess.Start(ensemble.Spec, _logs);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        EdgeAnswer answer;

        do
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Delay(100, patience.Token);
            answer = await _edge!.PostAsync(Upload.Drawn);
        }
        while (answer.Status != 200);

        Assert.False(answer.Body.GetProperty("degraded").GetBoolean());
    }

    [Fact]
    public async Task Answer_HouseFull_Is503AtOnce()
    {
        var ensemble = _fleet!.Processes.Single(process => process.Spec.Name == "ensemble").Id;
        Signal(ensemble, "STOP");
        var answers = Enumerable.Range(0, Places + 1).Select(_ => _edge!.PostAsync(Upload.Drawn)).ToList();

        var first = await await Task.WhenAny(answers);
        Signal(ensemble, "CONT");
        await Task.WhenAll(answers);
        // The edge holds its spans back while the cluster does not answer.
        var spans = await new JaegerClient(_store!, TimeProvider.System).WaitForTraceAsync(
            first.TraceId, found => found.Any(span => span.Kind == "server"), TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);

        Assert.Equal((503, "too_busy"), (first.Status, first.Body.GetProperty("reason").GetString()));
        foreach (var failed in new[] { spans.One("preprocessing", "POST /preprocessing", "server"), spans.One("preprocessing", "edge.queue", "internal") })
        {
            Assert.True(failed.Failed);
            Assert.Equal("too_busy", failed.Tags["error.type"]);
        }
    }

    /// <summary>It listens no more, but has what it has taken: the edge must not give that up.</summary>
    [Fact]
    public async Task Answer_GatewayAskedToStop_ComesForWhatItHasTaken()
    {
        var (ensemble, gateway) = (Id("ensemble"), Id("gateway"));
        Assert.Equal(200, (await _edge!.PostAsync(Upload.Drawn)).Status);
        Signal(ensemble, "STOP");
        var under = _edge!.PostAsync(Upload.Drawn);
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Signal(gateway, "TERM");

        // Until the edge has found out, which it does by asking once a second.
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        Signal(ensemble, "CONT");

        Assert.Equal(200, (await under).Status);

        int Id(string name) => _fleet!.Processes.Single(process => process.Spec.Name == name).Id;
    }

    /// <summary>A process that is there and does not answer is worse than one that is gone: it must cost its vote and nothing else.</summary>
    [Fact]
    public async Task Answer_MemberFrozen_IsThatOfTheOther()
    {
        var member = _fleet!.Processes.Single(process => process.Spec.Name == "mobilenetv2").Id;

        // What it usually takes is known only from what it took.
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(200, (await _edge!.PostAsync(Upload.Drawn)).Status);
        }

        var before = Log("ensemble").Count(IsLost);
        Signal(member, "STOP");
        var answers = new List<EdgeAnswer>();

        for (var i = 0; i < 30; i++)
        {
            answers.Add(await _edge!.PostAsync(Upload.Drawn));
        }

        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await SaidAsync("ensemble", "mobilenetv2 at", "is not ready", patience.Token);
        Signal(member, "CONT");

        Assert.All(answers, answer => Assert.Equal((200, true), (answer.Status, answer.Body.GetProperty("degraded").GetBoolean())));
        Assert.Contains(answers, answer => answer.Body.GetProperty("votes").ToString().Contains("is asked again shortly", StringComparison.Ordinal));

        while ((await _edge!.PostAsync(Upload.Drawn)).Body.GetProperty("degraded").GetBoolean())
        {
            await Task.Delay(100, patience.Token);
        }

        // A line when it begins and one when it ends, however often the gateway asks meanwhile.
        await SaidAsync("ensemble", "mobilenetv2 at", "is ready", patience.Token);
        Assert.Equal(before + 1, Log("ensemble").Count(IsLost));
        Assert.All(_plan!.Services, service => Assert.DoesNotContain(Log(service.Name), line => line.Contains("Health check", StringComparison.Ordinal)));
    }

    /// <summary>A place is for a photograph that is there: who sends a byte now and then keeps nobody out.</summary>
    [Fact]
    public async Task Answer_ManyUploadsThatNeverEnd_IsThatOfEverybodyElse()
    {
        var callers = await Task.WhenAll(Enumerable.Range(0, 2 * Places).Select(_ => UnfinishedUpload.BeginAsync(_plan!.Edge)));

        var answer = await _edge!.PostAsync(Upload.Drawn);

        foreach (var caller in callers)
        {
            caller.Dispose();
        }

        Assert.Equal(200, answer.Status);
    }

    private int Places
    {
        get
        {
            var edge = _plan!.Services.Single(service => service.Name == "preprocessing");
            return int.Parse(edge.Settings["Preprocessing__MaxInFlight"], CultureInfo.InvariantCulture)
                + int.Parse(edge.Settings["Preprocessing__QueueLimit"], CultureInfo.InvariantCulture);
        }
    }

    private static bool IsLost(string line) =>
        line.Contains("mobilenetv2 at", StringComparison.Ordinal) && line.Contains("is not ready", StringComparison.Ordinal);

    private string[] Log(string service) => File.ReadAllLines(Path.Combine(_logs, $"{service}.log"));

    /// <summary>Returns when a service's last line about <paramref name="subject"/> says <paramref name="what"/>.</summary>
    private async Task SaidAsync(string service, string subject, string what, CancellationToken cancellationToken)
    {
        while (Log(service).LastOrDefault(line => line.Contains(subject, StringComparison.Ordinal))?.Contains(what, StringComparison.Ordinal) is not true)
        {
            await Task.Delay(100, cancellationToken);
        }
    }

    private static void Signal(int process, string signal)
    {
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -{signal} {process}"]);
        kill.WaitForExit();
    }

    private ServiceProcess Kill(string service)
    {
        var victim = _fleet!.Processes.Single(process => process.Spec.Name == service);
        using var process = Process.GetProcessById(victim.Id);
        process.Kill();
        process.WaitForExit();
        return victim;
    }

    /// <summary>Every span from the edge down to the server span of <paramref name="service"/> has arrived; they come in batches of several services.</summary>
    private static Func<IReadOnlyList<TraceSpan>, bool> HasAllAbove(string service) => found =>
        found.Any(span => span is { Service: "preprocessing", Kind: "server" })
        && found.Any(span => span is { Service: "preprocessing", Kind: "client" })
        && found.Any(span => span is { Service: "gateway", Kind: "server" })
        && found.Any(span => span is { Service: "gateway", Kind: "client" } || service == "gateway")
        && found.Any(span => span.Service == service && span.Kind == "server");

    private Task<IReadOnlyList<TraceSpan>> WaitAsync(EdgeAnswer answer, Func<IReadOnlyList<TraceSpan>, bool> until) =>
        new JaegerClient(_store!, TimeProvider.System).WaitForTraceAsync(answer.TraceId, until, TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
}
