using InferenceTracing.LoadGenerator.Measuring;
using InferenceTracing.LoadGenerator.Progress;

namespace InferenceTracing.Benchmarks.Running;

/// <summary>Nobody looks at the single runs of a benchmark.</summary>
internal sealed class Unseen : IProgressView
{
    public Task ShowAsync(Task run, Func<(TimeSpan Now, Reading Reading)> look, TimeProvider time) => Task.CompletedTask;
}
