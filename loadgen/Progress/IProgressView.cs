using InferenceTracing.LoadGenerator.Measuring;

namespace InferenceTracing.LoadGenerator.Progress;

/// <summary>Shows how a run goes.</summary>
internal interface IProgressView
{
    /// <summary>Shows what <paramref name="look"/> sees until <paramref name="run"/> ends; does not throw what it throws.</summary>
    Task ShowAsync(Task run, Func<(TimeSpan Now, Reading Reading)> look, TimeProvider time);
}

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
