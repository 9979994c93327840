using FsCheck;
using FsCheck.Fluent;
using InferenceTracing.LoadGenerator.Arrivals;

namespace InferenceTracing.LoadGenerator.Tests.Arrivals;

public sealed class ArrivalScheduleTests
{
    [Fact]
    public void Starts_ConstantRate_AreAtEqualDistances()
    {
        var starts = Even(new ArrivalStage(TimeSpan.FromSeconds(2), 4, 4)).Starts();

        Assert.Equal([0, 250, 500, 750, 1000, 1250, 1500, 1750], starts.Select(start => start.TotalMilliseconds));
    }

    [Fact]
    public void Starts_RampFromNothing_FollowTheSquareRoot()
    {
        // From 0 to 2/s in 4 s: t² / 4 arrivals until t.
        var starts = Even(new ArrivalStage(TimeSpan.FromSeconds(4), 0, 2)).Starts();

        Assert.Equal([0, 2, Math.Sqrt(8), Math.Sqrt(12)], starts.Select(start => Math.Round(start.TotalSeconds, 6)), (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Fact]
    public void Starts_SeveralStages_GoOnWhereTheLastOneEnded()
    {
        var starts = Even(new ArrivalStage(TimeSpan.FromSeconds(1), 2, 2), new ArrivalStage(TimeSpan.FromSeconds(1), 4, 4)).Starts();

        Assert.Equal([0, 0.5, 1, 1.25, 1.5, 1.75], starts.Select(start => start.TotalSeconds));
    }

    [Fact]
    public void Starts_AnyStages_AreInOrderInsideTheRunAndAsManyAsDue() => Prop.ForAll(Stages(), Gen.Elements(ArrivalKind.Even, ArrivalKind.Poisson).ToArbitrary(), (stages, kind) =>
    {
        var starts = new ArrivalSchedule(stages, kind, seed: 7).Starts().ToList();
        var end = stages.Aggregate(TimeSpan.Zero, static (sum, stage) => sum + stage.Duration);
        var due = stages.Sum(stage => stage.Arrivals);

        Assert.Equal(starts.Order(), starts);
        Assert.All(starts, start => Assert.InRange(start, TimeSpan.Zero, end));
        // Even: rounded up. Poisson: its standard deviation is the square root.
        Assert.InRange(starts.Count, kind == ArrivalKind.Even ? due - 1e-6 : due - (6 * Math.Sqrt(due)) - 6, kind == ArrivalKind.Even ? due + 1 : due + (6 * Math.Sqrt(due)) + 6);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Starts_Poisson_HaveExponentialDistances()
    {
        var starts = new ArrivalSchedule([new ArrivalStage(TimeSpan.FromSeconds(1000), 50, 50)], ArrivalKind.Poisson, seed: 3).Starts().ToList();
        var gaps = starts.Zip(starts.Skip(1), (before, after) => (after - before).TotalSeconds).ToList();
        var mean = gaps.Average();

        // 50 000 distances: the mean is 1/50 within 5 standard errors (0.02 / √50 000), the deviation equals the mean,
        // and the share that is longer than the mean is 1/e, that longer than three means 1/e³.
        Assert.InRange(mean, 0.0195, 0.0205);
        Assert.InRange(Math.Sqrt(gaps.Average(gap => Math.Pow(gap - mean, 2))) / mean, 0.97, 1.03);
        Assert.InRange(gaps.Count(gap => gap > 0.02) / (double)gaps.Count, 0.355, 0.381);
        Assert.InRange(gaps.Count(gap => gap > 0.06) / (double)gaps.Count, 0.045, 0.055);
    }

    [Fact]
    public void Starts_SameSeed_AreTheSame()
    {
        ArrivalStage[] stages = [new(TimeSpan.FromSeconds(10), 20, 20)];

        Assert.Equal(
            new ArrivalSchedule(stages, ArrivalKind.Poisson, seed: 5).Starts(),
            new ArrivalSchedule(stages, ArrivalKind.Poisson, seed: 5).Starts());
    }

    [Fact]
    public void WaitUntil_AnyMoment_NeverReturnsEarly()
    {
        var clock = new StartClock(TimeProvider.System);

        for (var i = 1; i <= 40; i++)
        {
            var due = TimeSpan.FromMilliseconds(i * 1.7);

            Assert.True(clock.WaitUntil(due, CancellationToken.None));
            Assert.True(clock.Now >= due);
        }
    }

    private static ArrivalSchedule Even(params ArrivalStage[] stages) => new(stages, ArrivalKind.Even, seed: 1);

    private static Arbitrary<ArrivalStage[]> Stages() => Gen.NonEmptyListOf(
        from seconds in Gen.Choose(1, 30)
        from start in Gen.Choose(0, 50)
        from end in Gen.Choose(1, 50)
        select new ArrivalStage(TimeSpan.FromSeconds(seconds), start, end)).Select(stages => stages.Take(5).ToArray()).ToArbitrary();
}
