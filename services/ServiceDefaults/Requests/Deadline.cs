using System.Globalization;

namespace InferenceTracing.ServiceDefaults.Requests;

/// <summary>
/// The moment after which nobody waits for an answer any more. Between services only what is left of it travels, in whole
/// milliseconds in the header <c>x-request-timeout-ms</c>, because the clocks of edge and cluster need not agree.
/// </summary>
public readonly struct Deadline
{
    /// <summary>Name of the header that carries the remaining budget.</summary>
    public const string Header = "x-request-timeout-ms";

    private readonly TimeProvider _clock;
    private readonly long _end;

    private Deadline(TimeProvider clock, TimeSpan budget, long end)
    {
        _clock = clock;
        Budget = budget;
        _end = end;
    }

    /// <summary>The time there was at the start.</summary>
    public TimeSpan Budget { get; }

    /// <summary>The time that is left; zero or less once it has passed.</summary>
    public TimeSpan Remaining => TimeSpan.FromSeconds((double)(_end - _clock.GetTimestamp()) / _clock.TimestampFrequency);

    /// <summary>True once nobody waits any more.</summary>
    public bool HasPassed => Remaining <= TimeSpan.Zero;

    /// <summary>A deadline <paramref name="budget"/> from now.</summary>
    public static Deadline After(TimeSpan budget, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(clock);
        return new Deadline(clock, budget, clock.GetTimestamp() + Ticks(budget, clock));
    }

    /// <summary>
    /// The same deadline, earlier by a fifth of what is left and at most by <paramref name="reserve"/>: for a part of the work whose failure must leave time to answer.
    /// </summary>
    public Deadline Earlier(TimeSpan reserve)
    {
        var kept = TimeSpan.FromTicks(Math.Clamp(Remaining.Ticks / 5, 0, reserve.Ticks));
        return new(_clock, Budget - kept, _end - Ticks(kept, _clock));
    }

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
