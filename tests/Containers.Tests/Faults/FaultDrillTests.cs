using InferenceTracing.Drills.Faults;

namespace InferenceTracing.Containers.Tests.Faults;

/// <summary>
/// The short drills, on real processes and without Docker: what failures and strangers may cost in answers, traces and memory. How long anything takes is a matter of
/// the machine too, and for the table that the drill itself writes.
/// </summary>
public sealed class FaultDrillTests(FaultDrillTests.Running running, ITestOutputHelper output) : IClassFixture<FaultDrillTests.Running>
{
    public static TheoryData<string> Names => [.. FaultDrill.InShort().Select(fault => fault.Name)];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Fault_UnderLoad_CostsNoMoreThanItMay(string name)
    {
        using var said = new StringWriter();
        var result = await RunAsync(name, said);

        // A machine that stands still for two seconds is a fault of its own; one of ours is there the second time too.
        if (result.Problems.Count > 0)
        {
            result = await RunAsync(name, said);
        }

        output.WriteLine(said.ToString());
        Assert.True(result.Figures.Answered > 0, said.ToString());
        Assert.True(result.Problems.Count == 0, said.ToString());
    }

    private Task<FaultResult> RunAsync(string name, TextWriter said) => FaultRun.RunAsync(
        FaultDrill.InShort().Single(fault => fault.Name == name), running.System, FaultScale.Short, said, TimeProvider.System, TestContext.Current.CancellationToken);

    /// <summary>One system for all of them: each leaves it whole.</summary>
    public sealed class Running : IAsyncLifetime
    {
        private readonly string _logs = Directory.CreateTempSubdirectory("fault-drills").FullName;

        internal FaultSystem System { get; private set; } = null!;

        public async ValueTask InitializeAsync() =>
            System = await FaultSystem.StartAsync(FaultScale.Short, _logs, TestContext.Current.CancellationToken);

        public async ValueTask DisposeAsync()
        {
            await System.DisposeAsync();
            Directory.Delete(_logs, recursive: true);
        }
    }
}
