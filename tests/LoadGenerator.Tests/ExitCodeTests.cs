using System.Net;
using System.Net.Sockets;
using InferenceTracing.LoadGenerator.Scenarios;
using InferenceTracing.LoadGenerator.Tests.Engines;

namespace InferenceTracing.LoadGenerator.Tests;

public sealed class ExitCodeTests
{
    [Fact]
    public async Task Run_RequirementsHold_Is0()
    {
        await using var edge = await StubEdge.StartAsync();

        var run = await Session.RunAsync(Short(edge) with { Require = ["p95<10s", "errors<1%"] });

        Assert.Equal(0, run.ExitCode);
    }

    [Fact]
    public async Task Run_RequirementMissed_Is1AndSaysWhatWasMeasured()
    {
        await using var edge = await StubEdge.StartAsync();

        var run = await Session.RunAsync(Short(edge) with { Require = ["rate>1000000"] });

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("✘ rate>1000000", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_TracesAskedForButNotReadable_Is1()
    {
        await using var edge = await StubEdge.StartAsync();

        var run = await Session.RunAsync(Short(edge) with { CheckTraces = "10%" });

        Assert.Equal(1, run.ExitCode);
        Assert.Contains("Traces are not checked", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NobodyAnswers_Is2AndOneLine()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;
        taken.Stop();

        var run = await Session.RunAsync(new ScenarioSettings { Urls = [$"http://127.0.0.1:{port}"] });

        Assert.Equal(2, run.ExitCode);
        Assert.Single(run.Error.Trim().Split('\n'));
        Assert.Contains("dotnet run --project compose/local", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_NoSuchPhotograph_Is2()
    {
        var run = await Session.RunAsync(new ScenarioSettings { Photos = Path.Combine("no", "such", "folder") });

        Assert.Equal((2, true), (run.ExitCode, run.Error.Contains("there is no folder", StringComparison.Ordinal)));
    }

    private static ScenarioSettings Short(StubEdge edge) => new() { Urls = [edge.Url], Clients = 1, Requests = 5, WarmUp = "0s", CheckTraces = "0" };
}
