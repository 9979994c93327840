namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// Pauses that double, and are cut by up to a half at random, so that many edges that were refused in the same second do not all come back in another one.
/// </summary>
internal sealed class Backoff(TimeSpan first, TimeSpan longest, Random random)
{
    private const int MostDoublings = 30;

    private int _refusals;

    /// <summary>The pause after one more refusal.</summary>
    public TimeSpan Next() => After(_refusals++);

    /// <summary>The pause after a refusal that so many others came before.</summary>
    public TimeSpan After(int refusals)
    {
        var doubled = first * Math.Pow(2, Math.Min(refusals, MostDoublings));
        return (doubled < longest ? doubled : longest) * (1 - (random.NextDouble() / 2));
    }

    /// <summary>It was not refused: the next pause is the first again.</summary>
    public void Reset() => _refusals = 0;
}
