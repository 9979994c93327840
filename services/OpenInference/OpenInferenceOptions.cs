using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.OpenInference;

/// <summary>Limits of the v2 endpoints: settings section <c>OpenInference</c>.</summary>
public sealed class OpenInferenceOptions
{
    /// <summary>Name of the settings section.</summary>
    public const string Section = "OpenInference";

    /// <summary>Most images in one request; more are answered with 413.</summary>
    [Range(1, 256)]
    public int MaxBatch { get; init; } = 16;

    /// <summary>The budget of a request that names none in <c>x-request-timeout-ms</c>, and the longest one that may be named.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "01:00:00")]
    public TimeSpan LongestDeadline { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>True lets callers see the repository, load the model again and take it out of service. They need no key: only where none but operators can call.</summary>
    public bool RepositoryControl { get; init; }
}
