using InferenceTracing.ModelServer.Batching;

namespace InferenceTracing.ModelServer.Tests.Batching;

public sealed class BatchFitTests(UntrainedRepository repository)
{
    /// <summary>Milliseconds of a run of 1, 2, 4 and 8 images, and the size that is right for such a network.</summary>
    [Theory]
    [InlineData(new[] { 10.0, 20, 40, 80 }, 1)] // No gain at all.
    [InlineData(new[] { 10.0, 21, 44, 92 }, 1)] // Batches cost a sixth: mobilenetv2.
    [InlineData(new[] { 10.0, 16, 26, 44 }, 8)] // The larger the better.
    [InlineData(new[] { 10.0, 15, 28, 60 }, 2)] // Four is better than two by little, and eight worse.
    [InlineData(new[] { 10.0, 16, 26, 60 }, 4)] // By more than a tenth.
    [InlineData(new[] { 10.0, 15, 30, 59.5 }, 2)] // Better by less than runs differ.
    public void Choose_ByWhatRunsTake_IsTheSmallestOfTheBest(double[] milliseconds, int expected) => Assert.Equal(
        expected, BatchFit.Choose(8, size => TimeSpan.FromMilliseconds(milliseconds[int.Log2(size)]), TimeProvider.System, CancellationToken.None));

    /// <summary>A busy moment of the machine is not the network's.</summary>
    [Fact]
    public void Choose_OneRunOfEachIsDisturbed_IsNotMisled()
    {
        var runs = 0;

        var chosen = BatchFit.Choose(
            4, size => TimeSpan.FromMilliseconds((size == 1 ? 10 : size * 8) * (runs++ % 4 == 1 ? 9 : 1)), TimeProvider.System, CancellationToken.None);

        Assert.Equal(2, chosen);
    }

    [Theory]
    [InlineData(1, new[] { 1 })]
    [InlineData(6, new[] { 1, 2, 4, 6 })]
    [InlineData(8, new[] { 1, 2, 4, 8 })]
    public void Choose_Sizes_AreThePowersOfTwoAndTheLargest(int most, int[] expected)
    {
        var seen = new SortedSet<int>();

        BatchFit.Choose(most, size => TimeSpan.FromMilliseconds(seen.Add(size) ? size : size), TimeProvider.System, CancellationToken.None);

        Assert.Equal(expected, seen);
    }

    [Fact]
    public void Measure_ARealNetwork_IsOneOfTheSizes() =>
        Assert.Contains(BatchFit.Measure(repository.Network, 4, TimeProvider.System, CancellationToken.None), (int[])[1, 2, 4]);
}
