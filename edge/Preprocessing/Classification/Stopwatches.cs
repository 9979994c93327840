using System.Diagnostics;

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
internal sealed class Stopwatches
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long[] _ticks = new long[Enum.GetValues<Stage>().Length];
    private readonly long[] _started = new long[Enum.GetValues<Stage>().Length];

    /// <summary>Milliseconds since the request began.</summary>
    public double TotalMilliseconds => Milliseconds(Stopwatch.GetTimestamp() - _start);

    /// <summary>Milliseconds of a stage so far.</summary>
    public double this[Stage stage] => Milliseconds(
        _ticks[(int)stage] != 0 || _started[(int)stage] == 0 ? _ticks[(int)stage] : Stopwatch.GetTimestamp() - _started[(int)stage]);

    /// <summary>Times <paramref name="stage"/> until the result is disposed.</summary>
    public Timing Time(Stage stage)
    {
        _started[(int)stage] = Stopwatch.GetTimestamp();
        return new Timing(this, stage);
    }

    private static double Milliseconds(long ticks) => Math.Round(ticks * 1000.0 / Stopwatch.Frequency, 3);

    /// <summary>A running stage.</summary>
    public readonly struct Timing(Stopwatches owner, Stage stage) : IDisposable
    {
        public void Dispose() => owner._ticks[(int)stage] = Stopwatch.GetTimestamp() - owner._started[(int)stage];
    }
}
