namespace InferenceTracing.Preprocessing.Classification;

/// <summary>The stages of a request at the edge, of which <see cref="Queue"/> comes again and again: before the photograph is looked at, before it is decoded, and before the edge votes in the cluster's place.</summary>
internal enum Stage
{
    Upload,
    Queue,
    Inspect,
    Preprocess,
    Infer,
    Request,
}

/// <summary>
/// Where the time of one request went, for its answer; the spans say the same in the trace. Each stage goes on from the end of the one before it, so that they
/// sum to the whole and nothing is lost between them.
/// </summary>
internal sealed class StageClock
{
    private readonly TimeProvider _clock;
    private readonly long[] _ticks = new long[Enum.GetValues<Stage>().Length];
    private long _last;

    public StageClock(TimeProvider clock) => (_clock, _last) = (clock, clock.GetTimestamp());

    /// <summary>Milliseconds of all stages that have ended.</summary>
    public double TotalMilliseconds => Milliseconds(_ticks.Sum());

    /// <summary>Milliseconds of a stage.</summary>
    public double this[Stage stage] => Milliseconds(_ticks[(int)stage]);

    /// <summary>What has passed since the stage before it was <paramref name="stage"/>.</summary>
    public void End(Stage stage)
    {
        var now = _clock.GetTimestamp();
        _ticks[(int)stage] += now - _last;
        _last = now;
    }

    private double Milliseconds(long ticks) => Math.Round(ticks * 1000.0 / _clock.TimestampFrequency, 3);
}
