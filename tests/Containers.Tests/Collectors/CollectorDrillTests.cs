using InferenceTracing.Drills;
using InferenceTracing.Drills.Collectors;
using InferenceTracing.Runner;

namespace InferenceTracing.Containers.Tests.Collectors;

/// <summary>The real collectors, with our configurations, between the real services; needs no Docker. Where there is no collector, the test skips and says so.</summary>
public sealed class CollectorDrillTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("collector-drill").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task CollectorKilled_UnderLoad_CostsNoSpan()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var program = await RequireAsync(cancellationToken);
        await using var system = await CollectorSystem.StartAsync(program, _folder, Path.Combine(_folder, "logs"), TimeProvider.System, cancellationToken);

        var result = await ScenarioRun.RunAsync(
            CollectorScenario.KillCollector with { Outage = TimeSpan.FromSeconds(4) },
            system,
            rate: 4,
            around: TimeSpan.FromSeconds(3),
            TextWriter.Null,
            TimeProvider.System,
            cancellationToken);

        // Killed between storing and saying so, it gets those spans again: that any is doubled is a matter of chance, and no failure.
        Assert.True(result.Answered > 20, result.ToString());
        Assert.Empty(result.First.Traces.Lost);
        Assert.Empty(result.First.Traces.Broken);
    }

    private async Task<string> RequireAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await CollectorProgram.FindAsync(null, Checkout.Find(), _folder, cancellationToken);
        }
        catch (DrillException reason)
        {
            Assert.Skip(reason.Message);
            throw;
        }
    }
}
