using InferenceTracing.LoadGenerator.Simulation.Plans;
using InferenceTracing.LoadGenerator.Simulation.Queues;

namespace InferenceTracing.LoadGenerator.Tests.Simulation;

public sealed class AutoscalerTests
{
    private static readonly AutoscalerPlan Plan = new() { Min = 2, Max = 10, Target = 0.5, Delay = TimeSpan.FromSeconds(40), DownAfter = TimeSpan.FromSeconds(300) };

    [Fact]
    public void Look_BusyReplicas_OrdersThemAndCountsThemOnceTheyAnswer()
    {
        var scaler = new Autoscaler(Plan, coresOfOne: 1, replicas: 2);

        // Two replicas that are busy all the time, at a target of half: four are wanted.
        Assert.Equal(2, scaler.Look(15, busy: 2));
        Assert.Equal(2, scaler.Look(30, busy: 2));
        Assert.Equal(2, scaler.Look(45, busy: 2));
        Assert.Equal(4, scaler.Look(60, busy: 2));
    }

    [Fact]
    public void Look_LittleLess_ChangesNothing()
    {
        var scaler = new Autoscaler(Plan, coresOfOne: 1, replicas: 4);

        Assert.All(Enumerable.Range(1, 40), look => Assert.Equal(4, scaler.Look(look * 15, busy: 1.9)));
    }

    [Fact]
    public void Look_QuietForLong_ShrinksToWhatIsNeededAndNoFurtherThanItsMinimum()
    {
        var scaler = new Autoscaler(Plan, coresOfOne: 1, replicas: 8);

        Assert.Equal(8, scaler.Look(15, busy: 4));
        Assert.All(Enumerable.Range(2, 19), look => Assert.Equal(8, scaler.Look(look * 15, busy: 0.1)));
        Assert.Equal(2, scaler.Look(330, busy: 0.1));
    }

    [Fact]
    public void Look_FarTooMuch_StopsAtItsMaximum()
    {
        var scaler = new Autoscaler(Plan, coresOfOne: 1, replicas: 6);

        scaler.Look(15, busy: 6);

        Assert.Equal(10, scaler.Look(60, busy: 6));
    }
}
