namespace InferenceTracing.Benchmarks.Results;

/// <summary>What two sides measured, pair by pair.</summary>
internal sealed record Pairing<T>(IReadOnlyList<(T First, T Second)> Pairs)
{
    /// <summary>A figure of both sides of each pair, put together: their ratio, their difference.</summary>
    public Spread Of(Func<T, T, double> figure) => new([.. Pairs.Select(pair => figure(pair.First, pair.Second))]);

    public Spread First(Func<T, double> figure) => new([.. Pairs.Select(pair => figure(pair.First))]);

    public Spread Second(Func<T, double> figure) => new([.. Pairs.Select(pair => figure(pair.Second))]);
}
