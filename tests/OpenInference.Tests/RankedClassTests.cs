namespace InferenceTracing.OpenInference.Tests;

public sealed class RankedClassTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(1000)]
    [InlineData(2000)]
    public void Top_AnyRow_IsWhatSortingAllOfItWouldGive(int count)
    {
        var random = new Random(count);

        for (var row = 0; row < 50; row++)
        {
            // Eight values only: most classes share theirs with others.
            var probabilities = Enumerable.Range(0, ProbabilitiesOutput.Classes).Select(_ => random.Next(8) / 8f).ToArray();

            var top = RankedClass.Top(probabilities, count);

            var sorted = probabilities.Select((probability, index) => new RankedClass(index, probability)).OrderByDescending(ranked => ranked.Probability).ThenBy(ranked => ranked.Index);
            Assert.Equal(sorted.Take(count), top);
        }
    }
}
