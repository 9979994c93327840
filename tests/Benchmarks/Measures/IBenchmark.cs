using InferenceTracing.Benchmarks.Results;
using InferenceTracing.Benchmarks.Running;

namespace InferenceTracing.Benchmarks.Measures;

/// <summary>One of the figures the project owes its readers.</summary>
internal interface IBenchmark
{
    /// <summary>As it is called on the command line.</summary>
    string Name { get; }

    /// <summary>What it answers, and the target where there is one.</summary>
    string Question { get; }

    Task<Findings> RunAsync(Bench bench, CancellationToken cancellationToken);
}
