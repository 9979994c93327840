using InferenceTracing.ServiceDefaults.Requests;

namespace InferenceTracing.OpenInference;

/// <summary>A request that cannot be answered: the status and the one line the caller sees, and the reason its span carries.</summary>
/// <param name="status">HTTP status: 400, 404, 413, 415, 422, 429, 503 or 504.</param>
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

    /// <summary>The <c>error.type</c> of the service that was asked, where its refusal tells it (<see cref="ErrorType"/>).</summary>
    public string? ToldReason { get; init; }

    /// <summary>True when the service that was asked has more to do than it can: it may be asked again, later.</summary>
    public bool IsOverload => Status == 429 || ToldReason is "queue_full" or "overloaded";

    /// <summary>True when it is no answer of the service that was asked: that could not be reached, or said nothing in time.</summary>
    public bool IsSilence => Reason is "unreachable" or "deadline_exceeded";

    /// <summary>400: the header <see cref="Deadline.Header"/> says something else than a time.</summary>
    public static InferenceException InvalidDeadline() => new(400, "invalid_deadline", $"{Deadline.Header} must be a whole number of milliseconds.");

    /// <summary>400: this is no v2 request.</summary>
    internal static InferenceException Malformed(string message, Exception? cause = null) => new(400, "bad_request", message, cause);

    /// <summary>404: there is no such model or version here.</summary>
    internal static InferenceException NotFound(string message) => new(404, "model_not_found", message);

    /// <summary>413: too many images, or too many bytes.</summary>
    internal static InferenceException TooLarge(string message, Exception? cause = null) => new(413, "too_large", message, cause);

    /// <summary>415: the body is compressed in a way nobody reads here.</summary>
    internal static InferenceException Encoded() =>
        new(415, "content_encoding_unsupported", "The body's Content-Encoding must be gzip or deflate, or none at all.");

    /// <summary>422: a v2 request, but not one this model can answer.</summary>
    internal static InferenceException Unprocessable(string message) => new(422, "unprocessable", message);

    /// <summary>504: nobody waits any more.</summary>
    internal static InferenceException TooLate(TimeSpan budget, Exception? cause = null) =>
        new(504, "deadline_exceeded", FormattableString.Invariant($"The deadline of {budget.TotalMilliseconds:0} ms has passed."), cause);

    /// <summary>The reason that stands for a status another service answered with; null for one that v2 services do not send.</summary>
    internal static string? ReasonOf(int status) => status switch
    {
        400 => "bad_request",
        404 => "model_not_found",
        413 => "too_large",
        422 => "unprocessable",
        429 => "rate_limited",
        503 => "unavailable",
        504 => "deadline_exceeded",
        _ => null,
    };
}
