using InferenceTracing.LoadGenerator.Measuring;

namespace InferenceTracing.LoadGenerator.Progress;

/// <summary>Shows how a run goes.</summary>
internal interface IProgressView
{
    /// <summary>Shows what <paramref name="look"/> sees until <paramref name="run"/> ends; does not throw what it throws.</summary>
    Task ShowAsync(Task run, Func<(TimeSpan Now, Reading Reading)> look, TimeProvider time);
}
