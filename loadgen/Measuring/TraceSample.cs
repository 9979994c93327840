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
    private readonly List<string> _ids = [];
    private long _offered;

    public IReadOnlyList<string> Ids => _ids;

    public void Offer(string traceId)
    {
        if (_ids.Count > 0 && _random.NextDouble() >= share)
        {
            return;
        }

        _offered++;

        if (_ids.Count < Most)
        {
            _ids.Add(traceId);
        }
        else if (_random.NextInt64(_offered) is var place and < Most)
        {
            _ids[(int)place] = traceId;
        }
    }
#pragma warning restore CA5394
}
