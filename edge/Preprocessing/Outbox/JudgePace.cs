namespace InferenceTracing.Preprocessing.Outbox;

/// <summary>
/// The pause between two questions about an outbox, and how far they go behind live photographs. What a cluster has to spare for one edge depends on how many others ask, which no edge knows: each finds it out by what it is
/// answered, as TCP's senders share a link (RFC 5681: slow start, multiplicative decrease, probing for more). The simulation of a fleet runs this very class.
/// </summary>
/// <param name="shortest">The pause of an edge that is alone.</param>
/// <param name="returning">How long the first questions of a region are spread over after an outage.</param>
/// <param name="random">Chance.</param>
internal sealed class JudgePace(TimeSpan shortest, TimeSpan returning, Random random)
{
    /// <summary>So many times as long after a refusal.</summary>
    public const double Slower = 2;

    /// <summary>So much of it after an answer, until the first refusal.</summary>
    public const double Start = 0.5;

    /// <summary>After an outage the first pause, where that is spread over no less.</summary>
    public static readonly TimeSpan First = TimeSpan.FromSeconds(10);

    /// <summary>Live photographs at the cluster, at most, that a question is no burden to.</summary>
    public const int FewLive = 2;

    /// <summary>Where there are always more, every so many of the shortest pauses one is asked all the same: else it never would be.</summary>
    public const int LongestYield = 10;

    /// <summary>For so long after the cluster has refused a live photograph for overload none is asked.</summary>
    public static readonly TimeSpan AfterOverload = TimeSpan.FromSeconds(5);

    /// <summary>The pause grows no longer than this.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(5);

    // Each further answer in a row shortens a pause by so much more than the one before.
    private const double Quicker = 0.1;

    private readonly TimeSpan _shortest = shortest;
    private bool _isStarting = true;
    private int _answers;

    /// <summary>From one question to the next, at least.</summary>
    public TimeSpan Pause { get; private set; } = shortest;

    /// <summary>What is left of a pause after so many answers in a row.</summary>
    public static double After(int answers) => 1 - Math.Min(1 - Start, Quicker * answers);

    /// <summary>The cluster is back, for a whole region in the same second: for how long this edge waits before it asks first.</summary>
    public TimeSpan Returned()
    {
        Pause = Max(_shortest, Min(returning, First));
        (_isStarting, _answers) = (true, 0);
#pragma warning disable CA5394 // Chance, not secrecy.
        return returning * random.NextDouble();
#pragma warning restore CA5394
    }

    /// <summary>A question has been answered.</summary>
    public void Answered() => Pause = Max(_shortest, Pause * (_isStarting ? Start : After(++_answers)));

    /// <summary>One has been refused: for how long none is to be asked.</summary>
    /// <param name="told">What the refusal says; many are told the same in the same second, so that each waits up to half as long again.</param>
    public TimeSpan Refused(TimeSpan told)
    {
        Pause = Min(Pause * Slower, Longest);
        (_isStarting, _answers) = (false, 0);
#pragma warning disable CA5394 // Chance, not secrecy.
        return Max(Pause, told) * (1 + (random.NextDouble() / 2));
#pragma warning restore CA5394
    }

    private static TimeSpan Max(TimeSpan one, TimeSpan other) => one > other ? one : other;

    private static TimeSpan Min(TimeSpan one, TimeSpan other) => one < other ? one : other;
}
