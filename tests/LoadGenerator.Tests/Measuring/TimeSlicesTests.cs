using InferenceTracing.LoadGenerator.Measuring;

namespace InferenceTracing.LoadGenerator.Tests.Measuring;

public sealed class TimeSlicesTests
{
    [Fact]
    public void At_RunOfADay_KeepsEveryCountInBoundedSlices()
    {
        var slices = new TimeSlices();

        for (var second = 0; second < 86_400; second++)
        {
            slices.At(TimeSpan.FromSeconds(second)).Answered++;
        }

        Assert.InRange(slices.All.Count, 1, TimeSlices.Most);
        Assert.Equal(86_400, slices.All.Sum(slice => slice.Answered));
        Assert.Equal(slices.Width.TotalSeconds, slices.All[0].Answered);
    }

    [Fact]
    public void At_LateSecondAfterEarlyOnes_MergesPairsInOrder()
    {
        var slices = new TimeSlices();

        slices.At(TimeSpan.Zero).Due = 1;
        slices.At(TimeSpan.FromSeconds(1)).Due = 2;
        slices.At(TimeSpan.FromSeconds(2)).Due = 4;
        slices.At(TimeSpan.FromSeconds(TimeSlices.Most)).Due = 8;

        Assert.Equal(TimeSpan.FromSeconds(2), slices.Width);
        Assert.Equal([3, 4], slices.All.Take(2).Select(slice => slice.Due));
        Assert.Equal(8, slices.All[TimeSlices.Most / 2].Due);
    }
}
