namespace InferenceTracing.LoadGenerator.Arrivals;

/// <summary>
/// When each request of the open model is meant to start, whatever becomes of the others. Counted in arrivals rather than seconds, the two kinds
/// differ in one number only: the next arrival is one further (even), or an exponentially distributed step of mean one (Poisson); the stages
/// then say at which second that many arrivals are due.
/// </summary>
internal sealed class ArrivalSchedule(IReadOnlyList<ArrivalStage> stages, ArrivalKind kind, int seed)
{
    /// <summary>The intended starts, from the start of the run, in order.</summary>
    public IEnumerable<TimeSpan> Starts()
    {
        // The same seed gives the same run again.
#pragma warning disable CA5394 // Chance, not secrecy.
        var random = new Random(seed);
        var arrivals = kind == ArrivalKind.Poisson ? Exponential(random) : 0;
        var before = 0.0;
        var begin = TimeSpan.Zero;

        foreach (var stage in stages)
        {
            // An arrival that is due exactly where a stage ends belongs to the next one.
            while (arrivals - before < stage.Arrivals - 1e-9)
            {
                yield return begin + stage.TimeOf(Math.Max(0, arrivals - before));
                arrivals += kind == ArrivalKind.Poisson ? Exponential(random) : 1;
            }

            before += stage.Arrivals;
            begin += stage.Duration;
        }
    }

    private static double Exponential(Random random) => -Math.Log(1 - random.NextDouble());
#pragma warning restore CA5394
}

/// <summary>How arrivals are spread over time at a given rate.</summary>
internal enum ArrivalKind
{
    /// <summary>At equal distances.</summary>
    Even,

    /// <summary>As from many callers who know nothing of each other: exponentially distributed distances.</summary>
    Poisson,
}

/// <summary>A stretch of the open model: the arrival rate goes in a straight line from one value to the other.</summary>
/// <param name="Duration">How long it lasts.</param>
/// <param name="From">Arrivals a second at its start.</param>
/// <param name="To">Arrivals a second at its end; the same as <paramref name="From"/> for a constant rate.</param>
internal sealed record ArrivalStage(TimeSpan Duration, double From, double To)
{
    /// <summary>Arrivals that are due in the whole stage.</summary>
    public double Arrivals => (From + To) / 2 * Duration.TotalSeconds;

    /// <summary>When the <paramref name="arrivals"/>th arrival is due, from the start of the stage.</summary>
    public TimeSpan TimeOf(double arrivals)
    {
        if (arrivals <= 0)
        {
            return TimeSpan.Zero;
        }

        // From·t + (To − From)·t² / 2·Duration = arrivals, solved for t in the form that is stable for a slope of zero.
        var slope = (To - From) / Duration.TotalSeconds;
        var seconds = 2 * arrivals / (From + Math.Sqrt(Math.Max(0, (From * From) + (2 * slope * arrivals))));
        return TimeSpan.FromSeconds(Math.Min(seconds, Duration.TotalSeconds));
    }
}
