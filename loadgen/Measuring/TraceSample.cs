namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>
/// The traces that are read back after the run: the first one, and a share of the others by chance. Every twentieth would do it only until there are four
/// edges or five photographs, and then always show the same ones. Where it would be too many, each has the same chance, wherever in the run it was.
/// </summary>
internal sealed class TraceSample(double share, int seed)
{
    /// <summary>The most that are kept.</summary>
    public const int Most = 1000;

#pragma warning disable CA5394 // Chance, not secrecy.
    private readonly Random _random = new(seed);
    private readonly List<(long At, string Id)> _kept = [];
    private long _seen;
    private long _offered;

    /// <summary>In the order in which they were offered.</summary>
    public IReadOnlyList<string> Ids => [.. _kept.OrderBy(trace => trace.At).Select(trace => trace.Id)];

    /// <summary>Those offered that are not kept.</summary>
    public long Left => _seen - _kept.Count;

    public void Offer(string traceId)
    {
        _seen++;

        if (_kept.Count > 0 && _random.NextDouble() >= share)
        {
            return;
        }

        _offered++;

        if (_kept.Count < Most)
        {
            _kept.Add((_seen, traceId));
        }
        else if (_random.NextInt64(_offered) is var place and < Most)
        {
            _kept[(int)place] = (_seen, traceId);
        }
    }
#pragma warning restore CA5394
}
