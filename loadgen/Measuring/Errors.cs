using System.Net.Sockets;

namespace InferenceTracing.LoadGenerator.Measuring;

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
