using System.Globalization;

namespace InferenceTracing.ServiceDefaults.Requests;

/// <summary>
/// How long an answer is waited for, and whether by somebody: the moment after which nobody waits any more, and whether it is in the background, where it gives way to what
/// somebody waits for. Between services only what is left of the time travels, in whole milliseconds in the header <c>x-request-timeout-ms</c>, because the clocks of edge and
/// cluster need not agree; the rest in RFC 9218's header <c>priority</c>, whose urgency 7 is for background work.
/// </summary>
public readonly struct Deadline
{
    /// <summary>Name of the header that carries the remaining budget.</summary>
    public const string Header = "x-request-timeout-ms";

    /// <summary>Name of the header that says how urgent a request is.</summary>
    public const string PriorityHeader = "priority";

    /// <summary>Its value for what nobody waits for.</summary>
    public const string Background = "u=7";

    private readonly TimeProvider _clock;
    private readonly long _end;

    private Deadline(TimeProvider clock, TimeSpan budget, long end, bool isBackground)
    {
        _clock = clock;
        Budget = budget;
        _end = end;
        IsBackground = isBackground;
    }

    /// <summary>The time there was at the start.</summary>
    public TimeSpan Budget { get; }

    /// <summary>Nobody waits for it: it gives way to requests that somebody waits for.</summary>
    public bool IsBackground { get; }

    /// <summary>The time that is left; zero or less once it has passed.</summary>
    public TimeSpan Remaining => TimeSpan.FromSeconds((double)(_end - _clock.GetTimestamp()) / _clock.TimestampFrequency);

    /// <summary>True once nobody waits any more.</summary>
    public bool HasPassed => Remaining <= TimeSpan.Zero;

    /// <summary>A deadline <paramref name="budget"/> from now.</summary>
    public static Deadline After(TimeSpan budget, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new Deadline(clock, budget, clock.GetTimestamp() + Ticks(budget, clock), isBackground: false);
    }

    /// <summary>
    /// The same deadline, earlier by a fifth of what is left and at most by <paramref name="reserve"/>: for a part of the work whose failure must leave time to answer.
    /// </summary>
    public Deadline Earlier(TimeSpan reserve)
    {
        var kept = TimeSpan.FromTicks(Math.Clamp(Remaining.Ticks / 5, 0, reserve.Ticks));
        return new(_clock, Budget - kept, _end - Ticks(kept, _clock), IsBackground);
    }

    /// <summary>The same deadline, of a request that nobody waits for.</summary>
    public Deadline InBackground() => new(_clock, Budget, _end, isBackground: true);

    /// <summary>Whether the header <c>priority</c>, a list of parameters, has the urgency of background work among them; what it says else is not ours.</summary>
    public static bool SaysBackground(string? priority) => priority is not null && priority.Split(',', StringSplitOptions.TrimEntries).Contains(Background);

    /// <summary>
    /// Reads the caller's deadline from the header's value, never later than <paramref name="longest"/>; no header means <paramref name="longest"/>.
    /// False when the value is no whole number of milliseconds.
    /// </summary>
    public static bool TryRead(string? value, TimeSpan longest, TimeProvider clock, out Deadline deadline)
    {
        var milliseconds = long.MaxValue;

        if (!string.IsNullOrEmpty(value) && !long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out milliseconds))
        {
            deadline = default;
            return false;
        }

        deadline = After(milliseconds >= longest.TotalMilliseconds ? longest : TimeSpan.FromMilliseconds(Math.Max(milliseconds, 0)), clock);
        return true;
    }

    /// <summary>The header's value for the next hop: whole milliseconds left, rounded down, at least 0.</summary>
    public string ToHeader() => ((long)Math.Max(Remaining.TotalMilliseconds, 0)).ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// A source that is cancelled with <paramref name="cancellationToken"/> or when the deadline passes; the caller disposes it. Which of the two it was is read from
    /// <paramref name="cancellationToken"/>: timers count coarse milliseconds, so that <see cref="HasPassed"/> may still say no.
    /// </summary>
    public CancellationTokenSource Link(CancellationToken cancellationToken)
    {
        var source = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // The clock is read once: a second look could find a time that is over, and -1 ms is for ever.
        source.CancelAfter(TimeSpan.FromMilliseconds(Math.Max(0, Math.Ceiling(Remaining.TotalMilliseconds))));
        return source;
    }

    private static long Ticks(TimeSpan time, TimeProvider clock) => (long)(time.TotalSeconds * clock.TimestampFrequency);
}
