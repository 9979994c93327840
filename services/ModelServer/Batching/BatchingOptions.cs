using System.ComponentModel.DataAnnotations;

namespace InferenceTracing.ModelServer.Batching;

/// <summary>How requests are put together: settings section <c>Batching</c>.</summary>
internal sealed class BatchingOptions
{
    public const string Section = "Batching";

    /// <summary>Most images of one run; a single larger request still runs, alone.</summary>
    [Range(1, 256)]
    public int MaxBatch { get; init; } = 8;

    /// <summary>True: of one to <see cref="MaxBatch"/> images as many as the model gains from, measured while it is warmed; false: <see cref="MaxBatch"/>.</summary>
    public bool Fit { get; init; } = true;

    /// <summary>So long the queue may be full before the server says that it is not ready; 0: for ever.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "01:00:00")]
    public TimeSpan FullFor { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>How long a run that is not full waits for more; 0: it takes what is queued already.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:01")]
    public TimeSpan MaxDelay { get; init; } = TimeSpan.Zero;

    /// <summary>Most requests that wait; further ones are answered with 503.</summary>
    [Range(1, 100000)]
    public int QueueLimit { get; init; } = 64;

    /// <summary>Runs at the same time.</summary>
    [Range(1, 64)]
    public int Runners { get; init; } = 1;
}
