using System.Net.Sockets;

namespace InferenceTracing.LoadGenerator.Measuring;

/// <summary>What became of one request.</summary>
/// <param name="Error">Its kind (<c>timeout</c>, <c>503 too_busy</c>, <c>connection_refused</c>, …); null when it was answered well.</param>
/// <param name="LeftOut">Answered, but without every member's vote: who is missing and why, <c>mobilenetv2 late</c>; null where all have voted.</param>
/// <param name="TraceId">Its trace, where the answer or our own span names a sampled one.</param>
internal readonly record struct Outcome(string? Error, string? LeftOut, string? TraceId)
{
    /// <summary>Why the edge answered by itself, <c>confident</c> for one; null where the cluster did.</summary>
    public string? ByTheEdge { get; init; }

    /// <summary>Answered, but without every member's vote.</summary>
    public bool Degraded => LeftOut is not null;
}

/// <summary>Which address a request went to, and which photograph it carried: their indices.</summary>
internal readonly record struct RequestPlace(int Target, int Photograph);

/// <summary>A request's moments, from the start of the run.</summary>
/// <param name="Intended">When it was due; in the closed model, when it was sent.</param>
/// <param name="Sent">When it was really sent.</param>
/// <param name="Finished">When its answer was read, or it had failed.</param>
internal readonly record struct RequestTimes(TimeSpan Intended, TimeSpan Sent, TimeSpan Finished)
{
    /// <summary>What a user waited, who came when the request was due: a stall of the system, or of us, cannot hide in it.</summary>
    public TimeSpan Latency => Finished - Intended;

    /// <summary>What the system took.</summary>
    public TimeSpan Service => Finished - Sent;

    /// <summary>How late we were.</summary>
    public TimeSpan Lag => Sent - Intended;
}

/// <summary>The kinds of errors that are no answer, in few values, as <c>error.type</c> wants them.</summary>
internal static class Errors
{
    /// <summary>No answer in time.</summary>
    public const string Timeout = "timeout";

    /// <summary>Too many were under way already; the open model does not wait.</summary>
    public const string NotSent = "not_sent";

    public static string KindOf(HttpRequestException failure) => failure switch
    {
        { InnerException: SocketException socket } => socket.SocketErrorCode switch
        {
            SocketError.ConnectionRefused => "connection_refused",
            SocketError.ConnectionReset => "connection_reset",
            var other => other.ToString(),
        },
        { InnerException: IOException { InnerException: SocketException } } => "connection_reset",
        { HttpRequestError: HttpRequestError.ResponseEnded } => "connection_closed",
        { HttpRequestError: var error and not HttpRequestError.Unknown } => error.ToString(),
        _ => "connection_failed",
    };
}
