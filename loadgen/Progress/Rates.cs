using InferenceTracing.LoadGenerator.Measuring;

namespace InferenceTracing.LoadGenerator.Progress;

/// <summary>Turns running totals into what happened since the last look.</summary>
internal sealed class Rates
{
    private TimeSpan _then;
    private Reading? _before;

    /// <summary>Answers a second since the last call.</summary>
    public double Next(TimeSpan now, Reading progress)
    {
        var seconds = (now - _then).TotalSeconds;
        var rate = seconds > 0 ? (progress.Answered - (_before?.Answered ?? 0)) / seconds : 0;
        (_then, _before) = (now, progress);
        return rate;
    }
}
