namespace InferenceTracing.LoadGenerator.Arrivals;

/// <summary>A stretch of the open model: the arrival rate goes in a straight line from one value to the other.</summary>
/// <param name="Duration">How long it lasts.</param>
/// <param name="From">Arrivals a second at its start.</param>
/// <param name="To">Arrivals a second at its end; the same as <paramref name="From"/> for a constant rate.</param>
internal sealed record ArrivalStage(TimeSpan Duration, double From, double To)
{
    /// <summary>Arrivals that are due in the whole stage.</summary>
    public double Arrivals => (From + To) / 2 * Duration.TotalSeconds;

    /// <summary>The rate at a moment of the stage.</summary>
    public double RateAt(TimeSpan time) => From + ((To - From) * (time / Duration));

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
