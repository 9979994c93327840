using InferenceTracing.Drills.Herds;
using InferenceTracing.ModelRepository;

namespace InferenceTracing.Containers.Tests.Herds;

/// <summary>
/// The herd drill with a few devices, on real processes and without Docker: nothing is lost, nothing judged twice, and nobody comes back sooner than told. How long live photographs
/// take meanwhile is a matter of the machine too, and for the table that the drill itself writes.
/// </summary>
public sealed class HerdDrillTests(ITestOutputHelper output)
{
    private static readonly HerdOptions Short = new(Devices: 16, Answers: 3, TimeSpan.FromSeconds(1), Precision.Float32, Document: null)
    {
        Around = TimeSpan.FromSeconds(2), Probing = TimeSpan.FromSeconds(1), Settling = TimeSpan.FromSeconds(1), ReturnWithin = TimeSpan.FromSeconds(2),
    };

    [Fact]
    public async Task Herd_ComesBackAtOnce_IsJudgedOnceAndWaitsAsItIsTold()
    {
        using var said = new StringWriter();
        var run = await new HerdRun(Short, said, TimeProvider.System).RunAsync(TestContext.Current.CancellationToken);
        output.WriteLine($"{said}{HerdResult.Of("herd", run)}");

        // A disk that is busy for long may cost an answer its place in the outbox, and no more.
        Assert.InRange(run.Kept, 1, Short.Devices * Short.Answers);
        Assert.Equal((0, 0), (run.Unjudged, run.NotOnce));
        Assert.Equal(0, run.TooEarly);
        Assert.NotEmpty(run.Live);
    }
}
