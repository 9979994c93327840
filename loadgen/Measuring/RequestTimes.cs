namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>A request's moments, from the start of the run.</summary>
/// <param name="Intended">When it was due; in the closed model, when it was sent.</param>
/// <param name="Sent">When it was really sent.</param>
/// <param name="Finished">When its answer was read, or it had failed.</param>
internal readonly record struct RequestTimes(TimeSpan Intended, TimeSpan Sent, TimeSpan Finished)
{
    /// <summary>What a user waited, who came when the request was due: a stall of the system, or of us, cannot hide in it.</summary>
    public TimeSpan Latency => Finished - Intended;

    /// <summary>What the system took.</summary>
    public TimeSpan Service => Finished - Sent;

    /// <summary>How late we were.</summary>
    public TimeSpan Lag => Sent - Intended;
}
