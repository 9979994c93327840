using InferenceTracing.LoadGenerator.Measuring;

namespace InferenceTracing.LoadGenerator.Tests.Measuring;

public sealed class TraceSampleTests
{
    [Fact]
    public void Offer_EndlessRun_KeepsABoundedSampleOfAllOfIt()
    {
        var sample = new TraceSample(share: 0.5, seed: 1);

        for (var i = 0; i < 100_000; i++)
        {
            sample.Offer($"{i}");
        }

        // A thousand of a hundred thousand: the mean of their places is near the middle, five standard deviations are 4600.
        Assert.Equal((TraceSample.Most, 99_000L), (sample.Ids.Count, sample.Left));
        Assert.Equal(sample.Ids.OrderBy(int.Parse), sample.Ids);
        Assert.InRange(sample.Ids.Average(int.Parse), 45_000, 55_000);
    }

    [Fact]
    public void Offer_SmallRun_KeepsAtLeastOne()
    {
        var sample = new TraceSample(share: 0.001, seed: 1);

        sample.Offer("only");

        Assert.Equal(["only"], sample.Ids);
    }
}
