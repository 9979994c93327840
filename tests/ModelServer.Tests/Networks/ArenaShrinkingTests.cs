using InferenceTracing.Networks;

namespace InferenceTracing.ModelServer.Tests.Networks;

public sealed class ArenaShrinkingTests
{
    [Fact]
    public void After_ALargeRunThenSmallOnes_ShrinksOnceTheyHaveBeenManyInARow()
    {
        using var shrinking = new ArenaShrinking();
        shrinking.After(8);

        var shrunk = Enumerable.Range(1, 100).Where(_ => shrinking.After(1) is not null).ToList();

        Assert.Equal([32], shrunk);
    }

    [Fact]
    public void After_ALargeRunEverySoOften_KeepsWhatItNeeds()
    {
        using var shrinking = new ArenaShrinking();

        Assert.All(Enumerable.Range(0, 500), run => Assert.Null(shrinking.After(run % 20 == 0 ? 8 : 1)));
    }

    [Fact]
    public void After_RunsOfOneSize_NeverShrinks()
    {
        using var shrinking = new ArenaShrinking();

        Assert.All(Enumerable.Range(0, 500), _ => Assert.Null(shrinking.After(2)));
    }
}
