namespace InferenceTracing.OpenInference.Wire;

/// <summary>The ways to refuse a request, each with the <c>error.type</c> that stands for its status.</summary>
internal static class Refusal
{
    /// <summary>400: this is no v2 request.</summary>
    public static InferenceException Malformed(string message, Exception? cause = null) => new(400, "bad_request", message, cause);

    /// <summary>404: there is no such model or version here.</summary>
    public static InferenceException NotFound(string message) => new(404, "model_not_found", message);

    /// <summary>413: too many images, or too many bytes.</summary>
    public static InferenceException TooLarge(string message, Exception? cause = null) => new(413, "too_large", message, cause);

    /// <summary>422: a v2 request, but not one this model can answer.</summary>
    public static InferenceException Unprocessable(string message) => new(422, "unprocessable", message);

    /// <summary>504: nobody waits any more.</summary>
    public static InferenceException TooLate(TimeSpan budget, Exception? cause = null) =>
        new(504, "deadline_exceeded", FormattableString.Invariant($"The deadline of {budget.TotalMilliseconds:0} ms has passed."), cause);

    /// <summary>The reason that stands for a status another service answered with; null for one that v2 services do not send.</summary>
    public static string? ReasonOf(int status) => status switch
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
