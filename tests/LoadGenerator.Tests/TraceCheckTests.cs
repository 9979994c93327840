using InferenceTracing.EndToEnd.Tests;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Tests.Engines;

namespace InferenceTracing.LoadGenerator.Tests;

/// <summary>Against the whole system, as it really runs.</summary>
public sealed class TraceCheckTests(RunningSystem system)
{
    [Fact]
    public async Task Run_AllTracesChecked_AreCompleteAndSayWhereTheTimeWent()
    {
        var run = await Session.RunAsync(Settings() with { Require = ["traces>=100%", "errors<=0%"] });

        Assert.True(run.ExitCode == 0, run.Output + run.Error);
        Assert.Equal((10, 10), (run.Report!.Traces!.Checked, run.Report.Traces.Complete));
        Assert.InRange(run.Report.Traces.Path.Count, 11, 12);
        Assert.Equal(system.Members.Order().Select(member => $"{member}: run"), run.Report.Traces.Members.Select(stage => stage.Stage).Where(stage => stage.EndsWith(": run", StringComparison.Ordinal)));
        Assert.All(run.Report.Slowest, slow => Assert.Equal($"{system.Plan.Traces}trace/{slow.TraceId}", slow.TraceUrl));
        // The stages add up to the edge's own time, which is less than what we waited.
        Assert.InRange(run.Report.Traces.Path.Sum(stage => stage.Mean), 0, run.Report.Latency.Mean);
    }

    [Fact]
    public async Task Run_FileThatIsNoPhotograph_SaysSoBeforeAnythingIsLoaded()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "no photograph", TestContext.Current.CancellationToken);

        var run = await Session.RunAsync(Settings() with { Photos = file });

        File.Delete(file);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("answers 415", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OneOfTwoAddresses_EachRouteIsCheckedAgainstItsOwnTree()
    {
        var edge = system.Plan.Edge;

        var run = await Session.RunAsync(Settings() with { Urls = [$"{edge}", $"{edge}v1/classify"] });

        Assert.Equal((10, 0), (run.Report!.Traces!.Complete, run.Report.Traces.Incomplete));
    }

    [Fact]
    public async Task Run_StoreThatKnowsNothing_CountsTheTracesAsMissing()
    {
        await using var empty = await StubStore.StartAsync();

        var run = await Session.RunAsync(Settings() with { Requests = 2, Jaeger = empty.Url, Require = ["traces>=100%"] });

        Assert.Equal(1, run.ExitCode);
        Assert.Equal((2, 2), (run.Report!.Traces!.Checked, run.Report.Traces.Missing));
    }

    [Fact]
    public async Task Run_StoreThatHasLetThemGo_DoesNotCallThemMissing()
    {
        await using var full = await StubStore.StartAsync();
        full.Evicted = 7;

        var run = await Session.RunAsync(Settings() with { Requests = 2, Jaeger = full.Url });

        Assert.Equal((2, 0, 2), (run.Report!.Traces!.Checked, run.Report.Traces.Missing, run.Report.Traces.Evicted));
        Assert.Contains("2 no longer in the full store", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_FewTracesChecked_SaysHowManyAreNotLookedAt()
    {
        var run = await Session.RunAsync(Settings() with { CheckTraces = "0.001%" });

        Assert.Equal((1, 9L), (run.Report!.Traces!.Checked, run.Report.Traces.Left));
        Assert.Contains("9 not looked at", run.Output, StringComparison.Ordinal);
    }

    /// <summary>Behind the gateway Jaeger wants a login; it is in the address that is typed and in nothing that is printed or written.</summary>
    [Fact]
    public async Task Run_JaegerWantsALogin_SendsItAndNeverShowsIt()
    {
        await using var store = await StubStore.StartAsync();
        var folder = Directory.CreateTempSubdirectory("login-");
        var address = new UriBuilder(store.Url) { Path = "/jaeger", UserName = "viewer", Password = "s%3Acret" }.ToString();

        var run = await Session.RunAsync(Settings() with { Requests = 2, Jaeger = address }, folder.FullName);

        Assert.Equal("Basic " + Convert.ToBase64String("viewer:s:cret"u8), store.Authorization);
        Assert.Equal(2, run.Report!.Traces!.Missing);
        Assert.DoesNotContain("cret", run.Output + run.Error + string.Concat(Directory.EnumerateFiles(folder.FullName).Select(File.ReadAllText)), StringComparison.Ordinal);
        folder.Delete(recursive: true);
    }

    private ScenarioSettings Settings() => new()
    {
        Urls = [$"{system.Plan.Edge}"], Jaeger = $"{system.Plan.Traces}", Clients = 2, Requests = 10, WarmUp = "0s", CheckTraces = "100%", Timeout = "30s",
    };
}
