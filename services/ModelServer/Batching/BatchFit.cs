using InferenceTracing.Networks;
using InferenceTracing.OpenInference;

namespace InferenceTracing.ModelServer.Batching;

/// <summary>
/// Finds out how many images at once a model gains from. Networks differ: what makes one a third faster costs another a sixth.
/// </summary>
internal static class BatchFit
{
    private const int Rounds = 4;

    // A size must be better by more than runs of the same size differ where others start on the same cores, and by more than nothing: a run of eight makes the first wait for the other seven.
    private const double Worth = 0.1;

    // With a network so slow that this is passed, what was measured until then decides.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>The smallest of 1, 2, 4, … <paramref name="most"/> images whose time an image is within a tenth of the best.</summary>
    public static int Measure(Network network, int most, TimeProvider clock, CancellationToken cancellationToken)
    {
        // A graph of one image runs them one after the other in any case.
        return network.BatchesInGraph ? Choose(most, size => Time(network, size, clock), clock, cancellationToken) : 1;
    }

    /// <param name="most">The largest size.</param>
    /// <param name="run">Runs a batch of that size, and says how long it took.</param>
    /// <param name="clock">For the patience.</param>
    /// <param name="cancellationToken">Ends it.</param>
    internal static int Choose(int most, Func<int, TimeSpan> run, TimeProvider clock, CancellationToken cancellationToken)
    {
        List<int> sizes = [];

        for (var size = 1; size < most; size *= 2)
        {
            sizes.Add(size);
        }

        sizes.Add(most);
        var best = sizes.ConvertAll(_ => double.PositiveInfinity);
        var began = clock.GetTimestamp();

        // Round by round, so that a busy moment of the machine hits all sizes; the best of each is what the network takes.
        for (var round = 0; round < Rounds && (round == 0 || clock.GetElapsedTime(began) < Patience); round++)
        {
            for (var i = 0; i < sizes.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                best[i] = Math.Min(best[i], run(sizes[i]).TotalMilliseconds / sizes[i]);
            }
        }

        var good = best.Min() * (1 + Worth);
        return sizes[best.FindIndex(time => time <= good)];
    }

    private static TimeSpan Time(Network network, int size, TimeProvider clock)
    {
        using var images = PixelTensor.Rent(size);
        images.Span.Fill(127);
        var probabilities = new float[size * ProbabilitiesOutput.Classes];
        var started = clock.GetTimestamp();
        network.Run([images], size, probabilities);
        return clock.GetElapsedTime(started);
    }
}
