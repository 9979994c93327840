using System.Diagnostics;
using InferenceTracing.Runner.Fleet;

namespace InferenceTracing.Runner.Tests.Fleet;

/// <summary>A real service that is killed while the fleet is kept up.</summary>
[Collection(ConsoleText.Collection)]
public sealed class RestartTests : IDisposable
{
    private const string Name = "sample";
    private const int Most = 3;

    private readonly DirectoryInfo _logs = Directory.CreateTempSubdirectory("inference-tracing-restarts");
    private readonly ServiceSpec _spec = new(Name, Path.Combine(AppContext.BaseDirectory, "SampleService"), PortChoice.AllFree().For(Name, 0), []);

    public void Dispose() => _logs.Delete(recursive: true);

    [Fact]
    public async Task Death_OfAService_IsSaidAndItIsStartedAgain()
    {
        using var console = new ConsoleText();
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        await using var fleet = await StartAsync();
        var keptUp = fleet.KeepUpAsync(stop.Token);
        var first = fleet.Processes[0].Id;

        Kill(first);

        while (!console.Lines.Any(line => line.Contains("is ready again", StringComparison.Ordinal)))
        {
            Assert.False(keptUp.IsCompleted);
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri(_spec.Url, "health/live"), TestContext.Current.CancellationToken);
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => keptUp);
        Assert.True(answer.IsSuccessStatusCode);
        Assert.NotEqual(first, fleet.Processes[0].Id);
        Assert.Single(console.Lines, line => line.Contains($"sample ended with exit code 137; it is started again in", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Death_AgainAndAgain_IsGivenUpInOneLine()
    {
        using var console = new ConsoleText();
        await using var fleet = await StartAsync();
        _spec.Settings["Sample__Limit"] = "99";
        var keptUp = fleet.KeepUpAsync(TestContext.Current.CancellationToken);

        Kill(fleet.Processes[0].Id);

        await Assert.ThrowsAsync<LocalException>(() => keptUp);
        Assert.Equal(Most, console.Lines.Count(line => line.Contains("it is started again in", StringComparison.Ordinal)));
        Assert.Single(console.Lines, line => line.Contains($"is given up, since it was started again {Most} times", StringComparison.Ordinal));
    }

    [Fact]
    public void Pause_AfterEachDeath_IsTwiceAsLong() =>
        Assert.Equal([1, 2, 4, 8, 16], Enumerable.Range(1, Restarts.Usual.Most).Select(death => Restarts.Usual.PauseAfter(death).TotalSeconds));

    private async Task<ServiceFleet> StartAsync()
    {
        var fleet = new ServiceFleet(
            new ServicePlan([_spec], [], _logs.FullName), restarts: new Restarts(TimeSpan.FromMilliseconds(1), Most, TimeSpan.FromHours(1)));
        await fleet.StartAsync(TestContext.Current.CancellationToken);
        return fleet;
    }

    private static void Kill(int id)
    {
        using var process = Process.GetProcessById(id);
        process.Kill();
        process.WaitForExit();
    }
}
