using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference;

/// <summary>A request that cannot be answered: the status and the one line the caller sees, and the reason its span carries.</summary>
/// <param name="status">HTTP status: 400, 404, 413, 422, 429, 503 or 504.</param>
/// <param name="reason">Low-cardinality <c>error.type</c> of the span, for example <c>queue_full</c>.</param>
/// <param name="message">One line for the caller; no stack trace, no path.</param>
/// <param name="innerException">What caused it, for the log.</param>
public sealed class InferenceException(int status, string reason, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    /// <summary>HTTP status of the answer.</summary>
    public int Status { get; } = status;

    /// <summary>The span's <c>error.type</c>.</summary>
    public string Reason { get; } = reason;

    /// <summary>When the caller may try again (<c>Retry-After</c>), where that is known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>400: the header <see cref="Deadline.Header"/> says something else than a time.</summary>
    public static InferenceException InvalidDeadline() => new(400, "invalid_deadline", $"{Deadline.Header} must be a whole number of milliseconds.");
}
