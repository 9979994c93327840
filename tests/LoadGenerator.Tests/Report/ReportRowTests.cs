using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Report;
using InferenceTracing.LoadGenerator.Scenarios;

namespace InferenceTracing.LoadGenerator.Tests.Report;

/// <summary>What the charts are drawn from.</summary>
public sealed class ReportRowTests
{
    [Fact]
    public void Histogram_OfALatency_HasEachRequestInTheBinItBelongsTo()
    {
        var histogram = new LatencyHistogram();

        foreach (var milliseconds in (int[])[8, 8, 9, 40, 41, 500])
        {
            histogram.Record(TimeSpan.FromMilliseconds(milliseconds));
        }

        var bins = HistogramBin.Of(histogram);

        Assert.Equal(6, bins.Sum(bin => bin.Count));
        Assert.Equal(8, bins[0].From);
        Assert.InRange(bins[^1].To, 500, 501);
        Assert.All(bins.Zip(bins.Skip(1)), pair => Assert.Equal(pair.First.To, pair.Second.From));
        Assert.Equal(2, bins.Where(bin => bin.To > 35 && bin.From < 45).Sum(bin => bin.Count));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public void Histogram_AllTheSame_IsOneBin(int requests)
    {
        var histogram = new LatencyHistogram();

        for (var i = 0; i < requests; i++)
        {
            histogram.Record(TimeSpan.FromMilliseconds(20));
        }

        Assert.Equal(requests, Assert.Single(HistogramBin.Of(histogram)).Count);
    }

    [Fact]
    public void Histogram_OfNothing_IsEmpty() => Assert.Empty(HistogramBin.Of(new LatencyHistogram()));

    /// <summary>The load is on for 2.5 s of 20 a second, and its last answers come a second later: no stretch in which the rate falls.</summary>
    [Fact]
    public void Slices_AfterTheLoad_AreNoFallOfTheRate()
    {
        var measurement = new Measurement(ScenarioBuilder.Build(new ScenarioSettings { WarmUp = "0s" }), ["one.jpg"]);

        for (var i = 0; i < 50; i++)
        {
            var due = TimeSpan.FromMilliseconds(i * 50);
            measurement.Due(due);
        }

        for (var i = 0; i < 50; i++)
        {
            var due = TimeSpan.FromMilliseconds(i * 50);
            measurement.Ended(new RequestTimes(due, due, due + TimeSpan.FromSeconds(1)), new Outcome(null, null, null), default);
        }

        var measured = measurement.Finish(TimeSpan.FromSeconds(3.5), interrupted: false);
        var rows = measured.Slices.All.Select((slice, index) => SliceRow.Of(slice, TimeSpan.FromSeconds(index), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2.5))).ToList();

        Assert.Equal([1, 1, 0.5, 0], rows.Select(row => row.Loaded));
        Assert.All(rows.Where(row => row.Loaded >= 0.5), row => Assert.Equal(20, row.Due / row.Loaded, 3));
        // Those under way after the load are still under way.
        Assert.True(rows[^1].InFlight > 0);
    }

    [Fact]
    public void Photographs_TooMany_AreNotToldApart()
    {
        var scenario = ScenarioBuilder.Build(new ScenarioSettings { WarmUp = "0s" });
        var many = new Measurement(scenario, [.. Enumerable.Range(0, Measurement.MostPhotographs + 1).Select(number => $"{number}.jpg")]);
        many.Due(default);
        many.Ended(default, new Outcome(null, null, null), new RequestPlace(0, Measurement.MostPhotographs));

        var measured = many.Finish(default, interrupted: false);

        Assert.Empty(measured.Photographs);
        Assert.Equal(1, measured.Answered);
    }
}
