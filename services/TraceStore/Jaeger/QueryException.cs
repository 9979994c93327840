namespace InferenceTracing.TraceStore.Jaeger;

/// <summary>A query that cannot be answered; the message is the one line its sender gets.</summary>
internal sealed class QueryException(int status, string message) : Exception(message)
{
    public int Status { get; } = status;

    public static QueryException Bad(string message) => new(StatusCodes.Status400BadRequest, message);

    /// <summary>The time limit of a query is over.</summary>
    public static QueryException TooSlow(TimeoutException limit) => new(StatusCodes.Status504GatewayTimeout, limit.Message);

    public static QueryException NotFound(string message) => new(StatusCodes.Status404NotFound, message);
}
