using FsCheck;
using FsCheck.Fluent;
using InferenceTracing.LoadGenerator.Measuring;

namespace InferenceTracing.LoadGenerator.Tests.Measuring;

public sealed class LatencyHistogramTests
{
    private static readonly double[] Percents = [0, 1, 50, 75, 90, 95, 99, 99.9, 100];

    /// <summary>From a microsecond to hours, each order of magnitude as likely as the next, as latencies are.</summary>
    private static Arbitrary<long[]> Microseconds() => Gen.ArrayOf(
        from exponent in Gen.Choose(0, 33)
        from mantissa in Gen.Choose(0, 1000)
        select (long)(Math.Pow(2, exponent) * (1 + (mantissa / 1000.0)))).Where(values => values.Length > 0).ToArbitrary();

    [Fact]
    public void Percentile_AnyDurations_IsWithinOnePercentOfTheExactOne() => Prop.ForAll(Microseconds(), values =>
    {
        var histogram = Of(values);
        var sorted = values.Order().ToArray();

        foreach (var percent in Percents)
        {
            var exact = sorted[Math.Max(1, (int)Math.Ceiling(percent / 100 * sorted.Length)) - 1];
            Assert.InRange(histogram.Percentile(percent).TotalMicroseconds, exact * 0.99, exact * 1.01);
        }
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Add_TwoHistograms_IsTheHistogramOfBoth() => Prop.ForAll(Microseconds(), Microseconds(), (left, right) =>
    {
        var sum = Of(left);
        sum.Add(Of(right));
        var both = Of([.. left, .. right]);

        Assert.Equal((both.Count, both.Min, both.Max, both.Mean), (sum.Count, sum.Min, sum.Max, sum.Mean));
        Assert.All(Percents, percent => Assert.Equal(both.Percentile(percent), sum.Percentile(percent)));
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Record_OutsideTheRange_CountsAtItsEnds()
    {
        var histogram = new LatencyHistogram();

        histogram.Record(TimeSpan.FromMilliseconds(-5));
        histogram.Record(TimeSpan.MaxValue);

        Assert.Equal((2, TimeSpan.Zero, LatencyHistogram.Largest), (histogram.Count, histogram.Min, histogram.Max));
    }

    [Fact]
    public void Percentile_NothingRecorded_IsZero() => Assert.Equal(TimeSpan.Zero, new LatencyHistogram().Percentile(99));

    private static LatencyHistogram Of(long[] microseconds)
    {
        var histogram = new LatencyHistogram();

        foreach (var value in microseconds)
        {
            histogram.Record(TimeSpan.FromMicroseconds(value));
        }

        return histogram;
    }
}
