namespace InferenceTracing.Preprocessing.Classification;

/// <summary>The stages of a request at the edge.</summary>
internal enum Stage
{
    Upload,
    Inspect,
    Preprocess,
    Request,
}

/// <summary>How long each stage of one request took, for its answer; the spans say the same in the trace.</summary>
internal sealed class Stopwatches(TimeProvider clock)
{
    private readonly long _start = clock.GetTimestamp();
    private readonly long[] _ticks = new long[Enum.GetValues<Stage>().Length];
    private readonly long[] _started = new long[Enum.GetValues<Stage>().Length];

    /// <summary>Milliseconds since the request began.</summary>
    public double TotalMilliseconds => Milliseconds(clock.GetTimestamp() - _start);

    /// <summary>Milliseconds of a stage so far.</summary>
    public double this[Stage stage] => Milliseconds(
        _ticks[(int)stage] != 0 || _started[(int)stage] == 0 ? _ticks[(int)stage] : clock.GetTimestamp() - _started[(int)stage]);

    /// <summary>Times <paramref name="stage"/> until the result is disposed.</summary>
    public Timing Time(Stage stage)
    {
        _started[(int)stage] = clock.GetTimestamp();
        return new Timing(this, stage);
    }

    private void Stop(Stage stage) => _ticks[(int)stage] = clock.GetTimestamp() - _started[(int)stage];

    private double Milliseconds(long ticks) => Math.Round(ticks * 1000.0 / clock.TimestampFrequency, 3);

    /// <summary>A running stage.</summary>
    public readonly struct Timing(Stopwatches owner, Stage stage) : IDisposable
    {
        public void Dispose() => owner.Stop(stage);
    }
}
