namespace InferenceTracing.Benchmarks.Results;

/// <summary>What two sides measured, pair by pair.</summary>
internal sealed record Pairing<TFirst, TSecond>(IReadOnlyList<(TFirst First, TSecond Second)> Pairs)
{
    /// <summary>A figure of both sides of each pair, put together: their ratio, their difference.</summary>
    public Spread Of(Func<TFirst, TSecond, double> figure) => new([.. Pairs.Select(pair => figure(pair.First, pair.Second))]);

    public Spread First(Func<TFirst, double> figure) => new([.. Pairs.Select(pair => figure(pair.First))]);

    public Spread Second(Func<TSecond, double> figure) => new([.. Pairs.Select(pair => figure(pair.Second))]);
}
