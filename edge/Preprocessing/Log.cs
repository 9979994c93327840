namespace InferenceTracing.Preprocessing;

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Cluster at {Url}: {State}")]
    public static partial void Cluster(ILogger logger, string url, string state);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Answered {Status}: {Reason}: {Detail}")]
    public static partial void Refused(ILogger logger, int status, string reason, string detail);
}
